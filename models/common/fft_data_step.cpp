#include "models/common/fft_data_step.h"

#include "models/common/error.h"

namespace heirloom::models {
namespace {

/// Mean over the s x s blocks that a spectrum N C H W is cut into.
at::Tensor blockMean(const at::Tensor& spectrum, int scale) {
  if (scale == 1) return spectrum;
  const std::int64_t height = spectrum.size(2) / scale;
  const std::int64_t width = spectrum.size(3) / scale;
  return spectrum
      .view({spectrum.size(0), spectrum.size(1), scale, height, scale, width})  // N C s H/s s W/s
      .mean(at::IntArrayRef{2, 4});
}

}  // namespace

at::Tensor kernelTensor(const Grid& kernel, const at::Device& device) {
  return at::tensor(kernel.values).view({1, 1, kernel.rows, kernel.columns}).to(device);
}

void requireKernelFits(const at::Tensor& kernel, std::int64_t height, std::int64_t width) {
  const std::int64_t rows = kernel.size(2);
  const std::int64_t columns = kernel.size(3);
  if (rows > height || columns > width) {
    throw Error(HEIRLOOM_TEXT("kernel.large", "the blur kernel of %1 x %2 is larger than the picture of %3 x %4")
                    .with(std::to_string(columns), std::to_string(rows), std::to_string(width), std::to_string(height)),
                HEIRLOOM_TEXT("kernel.large.remedy", "give a smaller kernel or a larger picture"));
  }
}

at::Tensor opticalTransfer(const at::Tensor& kernel, std::int64_t height, std::int64_t width) {
  requireKernelFits(kernel, height, width);
  const std::int64_t rows = kernel.size(2);
  const std::int64_t columns = kernel.size(3);
  const at::Tensor padded = at::constant_pad_nd(kernel, {0, width - columns, 0, height - rows});
  return at::fft_fft2(padded.roll({-(rows / 2), -(columns / 2)}, {2, 3}));
}

FftDataStep::FftDataStep(const at::Tensor& y, const at::Tensor& kernel, int scale) : scale_(scale) {
  const std::int64_t height = y.size(2) * scale;
  const std::int64_t width = y.size(3) * scale;
  transfer_ = opticalTransfer(kernel, height, width);
  adjoint_ = transfer_.conj().resolve_conj();
  power_ = blockMean(transfer_.abs().square(), scale);
  at::Tensor spread = y;
  if (scale > 1) {
    spread = at::zeros({y.size(0), y.size(1), height, width}, y.options());
    spread.slice(2, 0, height, scale).slice(3, 0, width, scale).copy_(y);
  }
  observed_ = adjoint_ * at::fft_fft2(spread);
}

at::Tensor FftDataStep::solve(const at::Tensor& z, const at::Tensor& alpha) const {
  const at::Tensor right = observed_ + at::fft_fft2(alpha * z);
  // The same as below, without the difference of nearly equal numbers that a small alpha magnifies.
  if (scale_ == 1) return at::real(at::fft_ifft2(right / (power_ + alpha))).contiguous();
  const at::Tensor correction = blockMean(transfer_ * right, scale_) / (power_ + alpha);
  const at::Tensor everywhere = correction.repeat({1, 1, scale_, scale_});
  return at::real(at::fft_ifft2((right - adjoint_ * everywhere) / alpha)).contiguous();
}

}  // namespace heirloom::models
