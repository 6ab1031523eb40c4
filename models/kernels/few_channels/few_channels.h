#pragma once

#include <torch/types.h>

#include <optional>

#include "models/kernels/convolution_weights.h"

namespace heirloom::models {

/// Last layers of image networks: 3x3 convolutions, stride 1, zero padding 1, to at most `kFewChannels` channels, in
/// the direct form. They run on AVX-512, or AVX2 with FMA; asked at run time.
inline constexpr int kFewChannels = 16;

/// Whether these kernels run on this processor.
bool fewChannelsServed();

/// In float32, as their products are.
class ToFewWeights : public ConvolutionWeights {
 public:
  /// Arguments as in `ConvolutionWeights`. Throws c10::Error for more channels and where no kernel runs, too.
  explicit ToFewWeights(const at::Tensor& weight, const at::Tensor& bias = {});

  const float* weights() const { return weights_.const_data_ptr<float>(); }
};

/// x: N in H W float32 or bfloat16, channels-last or a slice of its channels (others are copied) -> conv(x) [+
/// residual], N out H W float32 channels-last. The products are float32 ones also for bfloat16, without a copy in
/// float32.
at::Tensor convolutionToFew(const at::Tensor& x, const ToFewWeights& weights,
                            const std::optional<at::Tensor>& residual = {});

}  // namespace heirloom::models
