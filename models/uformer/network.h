#pragma once

#include <vector>

#include "models/common/convolution.h"
#include "models/common/linear.h"
#include "models/kernels/window_attention/window_block.h"
#include "models/uformer/config.h"

namespace heirloom::models {

/// W-MSA or SW-MSA between its linear layers: x + proj(attention(qkv(norm(x) + modulator))).
class UformerAttentionImpl : public Layer {
 public:
  /// `norm` and `modulator` (window^2, features; undefined without) are the block's, registered there.
  UformerAttentionImpl(const UformerConfig& config, int features, const WindowAttentionShape& shape,
                       const LayerNorm& norm, const at::Tensor& modulator);
  at::Tensor forward(const at::Tensor& x);  // N H W F, H and W multiples of the window
  void place(const Placement& placement) override;

 private:
  WindowAttentionShape shape_;
  double scale_;
  LayerNorm norm_;
  at::Tensor modulator_;
  at::Tensor relative_position_bias_table_;  // (2 window - 1)^2, heads
  at::Tensor relative_position_index_;       // window^2, window^2
  at::Tensor to_q_, to_kv_;                  // weights: features, features and 2 features, features
  at::Tensor qBias_, kvBias_;                // undefined without
  Linear proj_;
  // Once placed:
  Linear qkv_{nullptr};  // to_q and to_kv
  at::Tensor scales_;
  at::Tensor bias_;       // of the table: heads, window^2, window^2
  at::Tensor modulated_;  // what the modulator adds to queries, keys and values: window, 1, window, 3 features
};
TORCH_MODULE(UformerAttention);

/// LeWin block: attention in windows, then a perceptron with a convolution between its layers.
class UformerBlockImpl : public torch::nn::Module {
 public:
  UformerBlockImpl(const UformerConfig& config, int features, const WindowAttentionShape& shape, bool modulated);
  at::Tensor forward(const at::Tensor& x);  // N H W F

 private:
  LayerNorm norm1_;
  UformerAttention attn_{nullptr};
  LayerNorm norm2_;
  Linear linear1_;
  Convolution dwconv_;
  Linear linear2_;
};
TORCH_MODULE(UformerBlock);

/// Wang, Cun, Bao, Zhou, Liu, Li, "Uformer: A General U-Shaped Transformer for Image Restoration", CVPR 2022; reference
/// the authors' model.py.
class UformerImpl : public torch::nn::Module {
 public:
  explicit UformerImpl(const UformerConfig& config);
  /// N C H W in 0..1 to the same.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  int sizeMultiple_;
  Convolution input_proj_, output_proj_;
  std::vector<std::vector<UformerBlock>> stages_;  // down four levels, the lowest, up again
  std::vector<Convolution> downs_;
  std::vector<TransposedConvolution> ups_;
};
TORCH_MODULE(Uformer);

}  // namespace heirloom::models
