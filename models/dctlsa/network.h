#pragma once

#include <vector>

#include "models/common/batch_norm.h"
#include "models/common/convolution.h"
#include "models/common/linear.h"
#include "models/dctlsa/config.h"

namespace heirloom::models {

/// softmax(k)^T v of a window, looked up by its queries: attention that is linear in the number of tokens. `qkv`: N H W
/// 3C, H and W multiples of `window`, the channels (q k v, heads, C / heads). Returns N H W C.
at::Tensor linearWindowAttention(const at::Tensor& qkv, int window, int heads);

/// x + convolutions of it: 1x1, depthwise, 1x1. Norms in front of the 1x1 ones are folded into these when the layer is
/// placed; before that it cannot compute.
class DctlsaLocalImpl : public Layer {
 public:
  explicit DctlsaLocalImpl(int features);
  at::Tensor forward(const at::Tensor& x);  // N F H W
  void place(const Placement& placement) override;

 private:
  struct Pointwise {
    BatchNorm norm;
    at::Tensor weight;            // F F 1 1
    Convolution placed{nullptr};  // with the norm, not registered
  };
  Pointwise pointwise(const std::string& number, int features);  // pointwise_prenorm_N, pointwise_conv_N

  Pointwise first_;
  Convolution depthwise_conv_;
  Pointwise second_;
};
TORCH_MODULE(DctlsaLocal);

/// Linear attention in windows beside what convolutions see; then a perceptron. Neither has a residual around the
/// convolutions' own.
class DctlsaLayerImpl : public torch::nn::Module {
 public:
  DctlsaLayerImpl(const DctlsaConfig& config, bool shifted);
  at::Tensor forward(const at::Tensor& x);  // N H W F, H and W multiples of the window

 private:
  int heads_;
  int shift_;
  DctlsaLocal local_;  // attn.local
  Linear qkv_, proj_;  // attn
  Linear fc1_, fc2_;   // mlp
};
TORCH_MODULE(DctlsaLayer);

/// Zeng, Lin, Yan, Fang, "Densely Connected Transformer With Linear Self-Attention for Lightweight Image
/// Super-Resolution", IEEE Transactions on Instrumentation and Measurement 72, 2023; reference the authors'
/// src/model/dctlsa.py.
class DctlsaImpl : public torch::nn::Module {
 public:
  explicit DctlsaImpl(const DctlsaConfig& config);
  /// N C H W in 0..1 to N C scale*H scale*W.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  struct Body {  // body.N.transformer_body.0
    LayerNorm norm;
    DctlsaLayer still, shifted;
  };
  at::Tensor through(std::vector<Body>& block, at::Tensor x, Observer* observer);

  DctlsaConfig config_;
  Convolution fea_conv_;
  std::vector<std::vector<Body>> blocks_;  // B1 to B6
  std::vector<Convolution> joins_;         // c1 to c5, c
  Convolution LR_conv_;
  Convolution upsampler_;
};
TORCH_MODULE(Dctlsa);

}  // namespace heirloom::models
