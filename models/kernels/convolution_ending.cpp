#include "models/kernels/convolution_ending.h"

#include <algorithm>
#include <array>

namespace heirloom::models {

void requireFitting(const char* function, const at::Tensor& result, const at::Tensor& x, int in, int out,
                    const ConvolutionEnding& ending, at::ArrayRef<at::ScalarType> types) {
  const at::ScalarType type = x.scalar_type();
  const std::optional<at::Tensor>& residual = ending.residual;
  TORCH_CHECK(x.dim() == 4 && x.size(1) == in && x.is_cpu() && std::ranges::find(types, type) != types.end(), function,
              ": expected N ", in, " H W of ", types, " on the CPU, found ", x.sizes(), " ", x.toString());
  const std::array<std::int64_t, 4> shape = {x.size(0), out, x.size(2), x.size(3)};
  TORCH_CHECK(result.sizes() == shape && result.scalar_type() == type && result.is_cpu() && channelsSideBySide(result),
              function, ": expected a result ", at::IntArrayRef(shape),
              " of the input's type with the channels of a pixel side by side, found ", result.sizes(), " strides ",
              result.strides(), " ", result.toString());
  TORCH_CHECK(!residual || (residual->sizes() == shape && residual->scalar_type() == type && residual->is_cpu()),
              function, ": expected a residual ", at::IntArrayRef(shape), " of the input's type, found ",
              residual ? residual->sizes() : at::IntArrayRef());
  TORCH_CHECK(residual || ending.kind != ConvolutionEnding::Kind::Gated, function, ": nothing to gate");
  TORCH_CHECK(!ending.slopes.defined() || (ending.slopes.numel() == out && ending.slopes.scalar_type() == at::kFloat &&
                                           ending.slopes.is_cpu() && ending.slopes.is_contiguous()),
              function, ": expected ", out, " float32 slopes");
}

}  // namespace heirloom::models
