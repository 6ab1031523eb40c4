#include "models/common/kernel_surroundings.h"

#include <algorithm>

#include "models/common/fft_data_step.h"

namespace heirloom::models {
namespace {

constexpr const char* kSurroundings = "surroundings";
constexpr const char* kMirrored = "mirrored";
constexpr int kPriorMargin = kDeconvolutionMargin - 25;  // beyond the width of the usual kernel

/// In pixels of the source.
std::int64_t widthOf(std::int64_t rows, std::int64_t columns, int scale) {
  return (std::max(rows, columns) + scale - 1) / scale;
}

}  // namespace

Parameter surroundingsParameter() {
  return {
      kSurroundings,
      HEIRLOOM_TEXT("setting.surroundings", "Beyond the edge"),
      HEIRLOOM_TEXT("setting.surroundings.help",
                    "What is taken for the surroundings of the picture: its own mirror image, which photos need, or "
                    "its opposite side, as test pictures are made"),
      "",
      Choice{{"circular", kMirrored}, "circular"},
      kMirrored};
}

std::function<at::Tensor(const at::Tensor&)> withSurroundings(const Settings& settings, const at::Tensor& kernel,
                                                              int scale,
                                                              std::function<at::Tensor(const at::Tensor&)> deconvolve) {
  if (settings.choice(kSurroundings) != kMirrored) return deconvolve;
  const std::int64_t reach = widthOf(kernel.size(2), kernel.size(3), scale);
  return [=](const at::Tensor& picture) {
    requireKernelFits(kernel, picture.size(2) * scale, picture.size(3) * scale);  // before it grows
    const auto padOf = [&](std::int64_t side) { return std::min(reach, side - 1); };
    const std::int64_t rows = padOf(picture.size(2));
    const std::int64_t columns = padOf(picture.size(3));
    const at::Tensor padded = at::reflection_pad2d(picture, {columns, columns, rows, rows});
    const at::Tensor result = deconvolve(padded);
    const std::int64_t grown = result.size(2) / padded.size(2);
    return result.narrow(2, rows * grown, picture.size(2) * grown).narrow(3, columns * grown, picture.size(3) * grown);
  };
}

int deconvolutionMargin(const Grid& kernel, int scale) {
  return std::max(kDeconvolutionMargin, static_cast<int>(widthOf(kernel.rows, kernel.columns, scale)) + kPriorMargin);
}

}  // namespace heirloom::models
