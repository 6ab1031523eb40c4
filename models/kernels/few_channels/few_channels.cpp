#include "models/kernels/few_channels/few_channels.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>

#include "models/kernels/convolution_ending.h"
#include "models/kernels/few_channels/rows.h"
#include "models/kernels/processor.h"

namespace heirloom::models {
namespace {

using namespace few_channels;

/// Rows a thread takes at once: neighbours of a first and a last row are computed twice.
constexpr std::int64_t kGrain = 16;

const std::optional<RowKernels>& rowKernels() {
  static const std::optional<RowKernels> kernels = []() -> std::optional<RowKernels> {
    if (processor().avx512) return avx512Rows();
    if (processor().avx2) return avx2Rows();
    return std::nullopt;
  }();
  return kernels;
}

std::int64_t roundUp(std::int64_t value, std::int64_t step) {
  return (value + step - 1) / step * step;
}

/// Calls `work` with an image and a range of its rows.
template <class Work>
void forRows(std::int64_t images, std::int64_t height, const Work& work) {
  at::parallel_for(0, images * height, kGrain, [&](std::int64_t begin, std::int64_t end) {
    while (begin < end) {
      const std::int64_t image = begin / height;
      const std::int64_t until = std::min(end, (image + 1) * height);
      work(image, begin - image * height, until - image * height);
      begin = until;
    }
  });
}

template <class T>
void toFew(const ToFew& layer, const at::Tensor& x, const at::Tensor& residual, at::Tensor& result) {
  const RowKernels& kernels = *rowKernels();
  const std::int64_t height = x.size(2);
  const std::int64_t shareWidth = roundUp(std::int64_t{9} * layer.out, kernels.columns);
  const std::int64_t perRow = layer.width * shareWidth;
  forRows(x.size(0), height, [&](std::int64_t image, std::int64_t begin, std::int64_t end) {
    const at::Tensor memory =
        at::empty({kernels.rows * roundUp(layer.in, kernels.lanes) + 3 * perRow + kFewChannels}, at::kFloat);
    float* const block = memory.data_ptr<float>();
    float* const ring = block + kernels.rows * roundUp(layer.in, kernels.lanes);
    const auto rowOf = [&](std::int64_t y) { return ring + (y + 3) % 3 * perRow; };
    const auto compute = [&](std::int64_t y) {
      if (y < 0 || y >= height) return;
      const auto* from = static_cast<const T*>(x.const_data_ptr()) + image * x.stride(0) + y * x.stride(2);
      if constexpr (std::is_same_v<T, float>)
        kernels.shares(layer, from, x.stride(3), block, rowOf(y), shareWidth);
      else
        kernels.sharesOfHalf(layer, from, x.stride(3), block, rowOf(y), shareWidth);
    };
    compute(begin - 1);
    compute(begin);
    for (std::int64_t y = begin; y < end; ++y) {
      compute(y + 1);
      const float* const rows[3] = {y > 0 ? rowOf(y - 1) : nullptr, rowOf(y), y + 1 < height ? rowOf(y + 1) : nullptr};
      const float* added = residual.defined()
                               ? residual.const_data_ptr<float>() + image * residual.stride(0) + y * residual.stride(2)
                               : nullptr;
      kernels.gather(layer, rows, shareWidth, added, added ? residual.stride(3) : 0,
                     result.data_ptr<float>() + image * result.stride(0) + y * result.stride(2), layer.out);
    }
  });
}

}  // namespace

bool fewChannelsServed() {
  return rowKernels().has_value();
}

ToFewWeights::ToFewWeights(const at::Tensor& weight, const at::Tensor& bias)
    : ConvolutionWeights("ToFewWeights", weight, bias, kFewChannels) {
  TORCH_CHECK(rowKernels(), "ToFewWeights: this processor has neither AVX-512 nor AVX2 with FMA");
  TORCH_CHECK(out() <= kFewChannels, "ToFewWeights: expected at most ", kFewChannels, " channels, found ", out());
  const RowKernels& kernels = *rowKernels();
  const at::Tensor padded =
      at::zeros({roundUp(in(), kernels.lanes), roundUp(std::int64_t{9} * out(), kernels.columns)}, at::kFloat);
  // A pixel's share in the one above it comes through the lowest row of the kernel, so the taps are as they are:
  // column ky kx holds the share in the pixel at (1 - ky, 1 - kx).
  padded.narrow(0, 0, in()).narrow(1, 0, 9 * out()).copy_(weight.permute({1, 2, 3, 0}).reshape({in(), -1}));
  weights_ = padded.view({padded.size(0), -1, kernels.columns}).permute({1, 0, 2}).contiguous();  // chunk in column
}

at::Tensor convolutionToFew(const at::Tensor& x, const ToFewWeights& weights,
                            const std::optional<at::Tensor>& residual) {
  TORCH_CHECK(x.dim() == 4 && x.size(1) == weights.in() && x.is_cpu() &&
                  (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16),
              "convolutionToFew: expected N ", weights.in(), " H W float32 or bfloat16 on the CPU, found ", x.sizes(),
              " ", x.toString());
  const std::array<std::int64_t, 4> shape = {x.size(0), weights.out(), x.size(2), x.size(3)};
  TORCH_CHECK(!residual || (residual->sizes() == shape && residual->scalar_type() == at::kFloat && residual->is_cpu()),
              "convolutionToFew: expected a residual ", at::IntArrayRef(shape), " float32, found ",
              residual ? residual->sizes() : at::IntArrayRef());
  at::Tensor result = at::empty(shape, x.options().dtype(at::kFloat).memory_format(at::MemoryFormat::ChannelsLast));
  if (result.numel() == 0) return result;
  ToFew layer;
  layer.in = weights.in();
  layer.out = weights.out();
  layer.width = static_cast<int>(x.size(3));
  layer.weights = weights.weights();
  layer.bias = weights.bias();
  const at::Tensor input = withChannelsSideBySide(x);
  const at::Tensor added = residual ? withChannelsSideBySide(*residual) : at::Tensor();
  if (x.scalar_type() == at::kFloat)
    toFew<float>(layer, input, added, result);
  else
    toFew<std::uint16_t>(layer, input, added, result);
  return result;
}

}  // namespace heirloom::models
