#pragma once

#include <vector>

#include "models/atd/attention.h"
#include "models/common/convolution_perceptron.h"
#include "models/common/picture_head.h"
#include "models/swinir/token_body.h"

namespace heirloom::models {

/// ATD's layer: three attentions side by side (windows, dictionary, categories), a perceptron with a depthwise
/// convolution, and a dictionary that learns from the picture.
class AtdLayerImpl : public torch::nn::Module {
 public:
  /// `last` of its group: nobody reads its dictionary.
  AtdLayerImpl(const AtdConfig& config, int shift, bool last);
  /// `x`: N H W F; `dictionary`: float32 N T F, replaced by the refined one.
  at::Tensor forward(const at::Tensor& x, at::Tensor& dictionary);

 private:
  at::Tensor refined(const at::Tensor& dictionary, const at::Tensor& similarities, const at::Tensor& x) const;

  LayerNorm norm1_, norm2_;
  at::Tensor norm3Weight_, norm3Bias_;  // T: norm3 of each token's similarities over the pixels
  at::Tensor sigma_;                    // T 1
  Linear wqkv_;
  AtdWindowAttention attn_win_;
  AtdDictionaryAttention attn_atd_;
  AtdCategoryAttention attn_aca_;
  ConvolutionPerceptron convffn_;
};
TORCH_MODULE(AtdLayer);

/// Layers over one dictionary, a convolution or three, and a residual around all.
class AtdGroupImpl : public torch::nn::Module {
 public:
  AtdGroupImpl(const AtdConfig& config, int depth);
  at::Tensor forward(const at::Tensor& tokens, Observer* observer);  // N H W F to the same

 private:
  std::vector<AtdLayer> layers_;
  at::Tensor td_;  // T F
  SwinEnding conv_;
};
TORCH_MODULE(AtdGroup);

/// Zhang, Li, Zhou, Zhao, Gu, "Transcending the Limit of Local Window: Advanced Super-Resolution Transformer with
/// Adaptive Token Dictionary", CVPR 2024; reference the authors' basicsr/archs/atd_arch.py.
class AtdImpl : public torch::nn::Module {
 public:
  explicit AtdImpl(const AtdConfig& config);
  /// `image`: float32 N C H W in 0..1, any size of at least 1; result float32 N C H*scale W*scale. Asks `observer`
  /// between layers and throws Stopped; null: nobody to ask.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  AtdConfig config_;
  TokenBody<AtdGroup> body_;
  PictureHead head_;
};
TORCH_MODULE(Atd);

}  // namespace heirloom::models
