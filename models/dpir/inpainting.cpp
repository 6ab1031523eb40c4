#include "models/dpir/inpainting.h"

namespace heirloom::models {
namespace {

constexpr double kExact = 0.5 / 255;  // a code value of an 8-bit picture

at::Tensor colourOf(const std::string& mark, std::int64_t channels) {
  if (mark == "white") return at::ones({1, channels, 1, 1});
  if (mark == kColourMark && channels == 3) return at::tensor({1.F, 0.F, 1.F}).view({1, 3, 1, 1});
  return at::zeros({1, channels, 1, 1});
}

/// `filledFromAround` of a picture whose pixels stand for squares of `side` pixels of the first one.
at::Tensor filled(const at::Tensor& picture, const at::Tensor& known, const at::Tensor& far, std::int64_t side) {
  const std::int64_t height = picture.size(2);
  const std::int64_t width = picture.size(3);
  const at::Tensor mine = picture * known;
  const bool isLast = (height <= 1 && width <= 1) || (far.defined() && side == kFarSide);
  if (isLast) return far.defined() ? mine + (1 - known) * far : mine;
  // Half the size, known where any of the four is: the mean of these.
  const auto halved = [](const at::Tensor& x) { return at::avg_pool2d(x, 2, 2, 0, /*ceil_mode=*/true); };
  const at::Tensor weight = halved(known);
  const at::Tensor coarse = filled(halved(mine) / weight.clamp_min(1e-6), (weight > 0).to(at::kFloat),
                                   far.defined() ? halved(far) : far, 2 * side);
  return mine + (1 - known) * at::upsample_bilinear2d(coarse, {height, width}, /*align_corners=*/false);
}

}  // namespace

std::vector<std::string> missingMarks() {
  return {"black", "white", kColourMark};
}

at::Tensor knownPixels(const at::Tensor& picture, const std::string& mark) {
  const at::Tensor distance = (picture - colourOf(mark, picture.size(1)).to(picture.device())).abs().amax(1, true);
  return (distance > kExact).to(at::kFloat);
}

at::Tensor filledFromAround(const at::Tensor& picture, const at::Tensor& known, const at::Tensor& far) {
  return filled(picture, known, far, 1);
}

}  // namespace heirloom::models
