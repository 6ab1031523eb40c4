#include "core/engine/soundness.h"

#include <ATen/ATen.h>

#include <cmath>

#include "models/common/error.h"

namespace heirloom::core {
namespace {

bool isConstant(const at::Tensor& pixels) {  // H W C: every channel is one value
  return at::equal(pixels.amin({0, 1}), pixels.amax({0, 1}));
}

Error nonsense(const Message& fault) {
  return Error(fault, HEIRLOOM_TEXT("run.nonsense_remedy",
                                    "the checkpoint may be damaged or made for other settings; try the "
                                    "precision float32, or another model"));
}

}  // namespace

void requireFinite(const at::Tensor& pixels, const std::string& family, std::optional<int> step) {
  const auto [low, high] = at::aminmax(pixels);
  if (std::isfinite(low.item<float>()) && std::isfinite(high.item<float>())) return;
  if (step) {
    throw nonsense(HEIRLOOM_TEXT("run.not_finite_step", "%1 computed values that are not numbers in step %2")
                       .with(family, std::to_string(*step)));
  }
  throw nonsense(HEIRLOOM_TEXT("run.not_finite", "%1 computed values that are not numbers").with(family));
}

void requireSound(const at::Tensor& pixels, const Box& box, const TileColours& colours, const std::string& family) {
  requireFinite(pixels, family);
  // Cheap first: hardly any tile is constant in its first row.
  if (!isConstant(pixels.narrow(0, 0, 1)) || !isConstant(pixels)) return;
  if (!isConstant(colours.shown(box)[0].permute({1, 2, 0}))) {
    throw nonsense(HEIRLOOM_TEXT("run.constant", "%1 computed one constant colour for a picture that is not constant")
                       .with(family));
  }
}

}  // namespace heirloom::core
