#pragma once

#include <torch/types.h>

#include <optional>

namespace heirloom::models {

/// Last layers of image networks: 3x3 convolutions, stride 1, zero padding 1, to at most `kFewChannels` channels, in
/// the direct form. They run on AVX-512, or AVX2 with FMA; asked at run time.
inline constexpr int kFewChannels = 16;

/// Whether these kernels run on this processor.
bool fewChannelsServed();

/// Weights in the order in which they are read. Immutable, cheap to copy. Arguments as in `WinogradWeights`: `weight`
/// out in 3 3 and `bias` out (or undefined), float32 on the CPU, both multiplied by `gain`; throws c10::Error.
class ToFewWeights {
 public:
  explicit ToFewWeights(const at::Tensor& weight, const at::Tensor& bias = {}, double gain = 1);

  int in() const { return in_; }
  int out() const { return out_; }

 private:
  friend at::Tensor convolutionToFew(const at::Tensor& x, const ToFewWeights& weights,
                                     const std::optional<at::Tensor>& residual);
  int in_;
  int out_;
  at::Tensor weights_;
  at::Tensor bias_;
};

/// x: N in H W float32 or bfloat16, channels-last or a slice of its channels (others are copied) -> conv(x) [+
/// residual], N out H W float32 channels-last. The products are float32 ones also for bfloat16, without a copy in
/// float32.
at::Tensor convolutionToFew(const at::Tensor& x, const ToFewWeights& weights,
                            const std::optional<at::Tensor>& residual = {});

}  // namespace heirloom::models
