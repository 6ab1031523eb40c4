#include "models/fftformer/patch_spectrum.h"

namespace heirloom::models {
namespace {

constexpr double kTurn = 6.283185307179586;
constexpr std::int64_t kPixels = PatchSpectrum::kSide * PatchSpectrum::kSide;

}  // namespace

PatchSpectrum::PatchSpectrum(const at::Device& device) {
  constexpr std::int64_t kColumns = kFrequencies / kSide;
  const at::Tensor frequency = at::arange(kFrequencies, at::kLong).unsqueeze(1);
  const at::Tensor pixel = at::arange(kPixels, at::kLong);
  const at::Tensor column = frequency.remainder(kColumns);
  const at::Tensor angle =
      (frequency.div(kColumns, "floor") * pixel.div(kSide, "floor") + column * pixel.remainder(kSide))
          .to(at::kDouble)
          .mul(kTurn / static_cast<double>(kSide));
  const at::Tensor cosine = angle.cos(), sine = -angle.sin();  // frequencies, pixels
  // All columns but the first and the last stand for their mirror image as well.
  const at::Tensor alone = column.eq(0).logical_or(column.eq(kColumns - 1));
  const at::Tensor share = (2 - alone.to(at::kDouble)) / static_cast<double>(kPixels);
  const auto placed = [&](const at::Tensor& matrix) { return matrix.to(device, at::kFloat).contiguous(); };
  forward_ = placed(at::cat({cosine, sine}, 0));
  inverse_ = placed(at::cat({cosine * share, sine * share}, 0).t());
}

at::Tensor PatchSpectrum::patches(const at::Tensor& tokens) {
  const std::int64_t n = tokens.size(0), h = tokens.size(1), w = tokens.size(2), c = tokens.size(3);
  return tokens.reshape({n, h / kSide, kSide, w / kSide, kSide, c})
      .permute({0, 1, 3, 2, 4, 5})
      .to(at::kFloat)
      .reshape({-1, kPixels, c});
}

at::Tensor PatchSpectrum::tokens(const at::Tensor& patches, std::int64_t height, std::int64_t width) {
  const std::int64_t c = patches.size(2);
  return patches.view({-1, height / kSide, width / kSide, kSide, kSide, c})
      .permute({0, 1, 3, 2, 4, 5})
      .reshape({-1, height, width, c});
}

at::Tensor PatchSpectrum::forward(const at::Tensor& patches) const {
  return at::matmul(forward_, patches).view({-1, 2, kFrequencies, patches.size(2)});
}

at::Tensor PatchSpectrum::inverse(const at::Tensor& spectrum) const {
  return at::matmul(inverse_, spectrum.reshape({-1, 2 * kFrequencies, spectrum.size(3)}));
}

}  // namespace heirloom::models
