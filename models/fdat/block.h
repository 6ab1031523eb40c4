#pragma once

#include <torch/nn/pimpl.h>

#include "models/common/convolution.h"
#include "models/common/linear.h"
#include "models/fdat/config.h"

namespace heirloom::models {

/// Attention in windows, or between channels, beside a depthwise convolution; the one weighs the other. Then a
/// perceptron with a depthwise convolution inside.
class FdatBlockImpl : public torch::nn::Module {
 public:
  /// `spatial`: in windows.
  FdatBlockImpl(const FdatConfig& config, bool spatial);
  at::Tensor forward(const at::Tensor& x);  // N H W F, any size

 private:
  at::Tensor inWindows(const at::Tensor& qkv);                                // N H W 3F -> N H W F
  at::Tensor fused(const at::Tensor& attended, const at::Tensor& convolved);  // N F H W

  FdatConfig config_;
  bool spatial_;
  LayerNorm n1_, n2_;
  at::Tensor bias_;               // attn: float32 heads, window^2, window^2; spatial
  at::Tensor temperature_;        // attn.temp: heads 1 1; between channels
  Linear qkv_, proj_;             // attn
  Convolution conv_;              // conv.0
  Convolution pixels_;            // inter.sg.0
  Convolution squeeze_, excite_;  // inter.cg.1, .3
  Linear fc1_, fc2_;              // ffn
  Convolution smix_;              // ffn
};
TORCH_MODULE(FdatBlock);

}  // namespace heirloom::models
