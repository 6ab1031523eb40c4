#pragma once

#include <vector>

#include "models/common/convolution.h"
#include "models/common/linear.h"
#include "models/kernels/window_attention/window_block.h"
#include "models/scunet/config.h"

namespace heirloom::models {

/// W-MSA or SW-MSA between its two linear layers: x + linear(attention(embedding_layer(ln1(x)))).
class ScuAttentionImpl : public Layer {
 public:
  /// `norm` is the block's ln1, registered there.
  ScuAttentionImpl(int features, int shift, const LayerNorm& norm);
  at::Tensor forward(const at::Tensor& x);  // N H W C, H and W multiples of the window
  void place(const Placement& placement) override;

 private:
  at::Tensor gathered() const;  // by pairs of tokens: float32 heads, window^2, window^2

  WindowAttentionShape shape_;
  Linear embedding_layer_;
  at::Tensor relative_position_params_;  // heads, 2 window - 1, 2 window - 1
  Linear linear_;
  at::Tensor bias_, scales_;  // once placed
  at::Tensor biases_;         // with the masks, once placed on a GPU
};
TORCH_MODULE(ScuAttention);

/// Swin-Conv block: half of the channels through two convolutions, the other half through a Swin transformer block,
/// between 1x1 convolutions, and a residual around all.
class ScuBlockImpl : public torch::nn::Module {
 public:
  ScuBlockImpl(int features, int shift);
  at::Tensor forward(const at::Tensor& x);  // N C H W

 private:
  int half_;
  LayerNorm ln1_;
  ScuAttention msa_;
  LayerNorm ln2_;
  Linear mlp0_, mlp2_;
  Convolution conv1_1_, conv1_2_;
  Convolution conv0_, conv2_;  // conv_block.0, .2
};
TORCH_MODULE(ScuBlock);

/// Zhang, Li, Liang, Cao, Zhang, Tang, Fan, Timofte, Van Gool, "Practical Blind Image Denoising via Swin-Conv-UNet and
/// Data Synthesis", Machine Intelligence Research 2023; reference KAIR models/network_scunet.py.
class ScuNetImpl : public torch::nn::Module {
 public:
  explicit ScuNetImpl(const ScuNetConfig& config);
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);  // N C H W in 0..1 to the same

 private:
  Convolution m_head_;
  std::vector<std::vector<ScuBlock>> stages_;  // down 1 2 3, body, up 3 2 1
  std::vector<Convolution> downs_;
  std::vector<TransposedConvolution> ups_;
  Convolution m_tail_;
};
TORCH_MODULE(ScuNet);

}  // namespace heirloom::models
