#include "models/common/pixel_alignment.h"

#include <algorithm>
#include <cmath>

#include "models/common/degradation_settings.h"
#include "models/common/fft_data_step.h"

namespace heirloom::models {
namespace {

constexpr const char* kAlignment = "alignment";
constexpr const char* kCentre = "centre";

/// `kernel`, 1 1 h w on the CPU, with its centre of mass `before` columns before its middle, which is column w / 2: the
/// columns that are added on both sides make room and keep it.
at::Tensor withMassBeforeMiddle(const at::Tensor& kernel, double before) {
  const std::int64_t columns = kernel.size(3);
  const auto middle = static_cast<double>(columns / 2);
  const at::Tensor places = at::arange(columns, at::kDouble) - middle;
  const double mass = (kernel.to(at::kDouble).sum(2).flatten() * places).sum().item<double>();
  // Kernels with negative values may have it far outside.
  const double by = std::clamp(mass, -middle, middle) + before;
  const auto whole = static_cast<std::int64_t>(std::floor(by));
  const double part = by - static_cast<double>(whole);
  const auto room = static_cast<std::int64_t>(std::ceil(std::abs(by)));
  const at::Tensor roomy = at::constant_pad_nd(kernel, {room, room});
  return roomy.roll({-whole}, {3}) * (1 - part) + roomy.roll({-whole - 1}, {3}) * part;
}

}  // namespace

Parameter alignmentParameter() {
  return {kAlignment,
          HEIRLOOM_TEXT("setting.alignment", "Pixel alignment"),
          HEIRLOOM_TEXT("setting.alignment.help",
                        "Where the photo's pixels lie in those that they become: in the centre, as in any enlargement, "
                        "or in the top left corner, as test pictures are reduced"),
          "",
          Choice{{"corner", kCentre}, "corner"},
          kCentre};
}

bool alignsCentres(const Settings& settings) {
  return settings.has(kAlignment) && settings.choice(kAlignment) == kCentre;
}

at::Tensor alignedKernel(const Settings& settings, int scale, const at::Device& device) {
  const at::Tensor kernel = kernelTensor(settings.grid(kKernel), at::kCPU);
  if (scale == 1 || !alignsCentres(settings)) return kernel.to(device);
  const double before = (scale - 1) / 2.0;
  return withMassBeforeMiddle(withMassBeforeMiddle(kernel, before).mT(), before).mT().contiguous().to(device);
}

}  // namespace heirloom::models
