#pragma once

#include <string>
#include <vector>

#include "models/sdxl/embeddings.h"
#include "models/sdxl/unet_blocks.h"

namespace heirloom::models {

/// What another network adds to a UNet: to the skips in the order of the way down, before the way up takes them, and to
/// the coarsest level's output (ControlNet, Zhang et al. 2023).
struct Residuals {
  std::vector<at::Tensor> skips;
  at::Tensor middle;
};

/// SDXL's UNet (Podell et al., "SDXL", 2023; reference huggingface/diffusers 0.28.1, unet_2d_condition.py), modules
/// named as in its files. Made without values, as every network of ours. The ends compute in float32.
class UNetImpl : public torch::nn::Module {
 public:
  explicit UNetImpl(const UNetConfig& config);

  /// What a pass takes as `embeddings`: see Conditions::embeddings.
  at::Tensor embeddings(const at::Tensor& steps, const at::Tensor& pooled, const at::Tensor& sizes) {
    return conditions_.embeddings(steps, pooled, sizes);
  }

  /// `sample`: float32 N 4 h w, sides multiples of `config.sideMultiple()`. Returns the predicted noise (or what else
  /// the model was trained on), float32 N 4 h w.
  at::Tensor forward(const at::Tensor& sample, const Pass& pass, const Residuals* residuals = nullptr);

  /// Every attention processor of the reference in the order of registration (down, up, middle): the path of its
  /// attention, and the module where it is a cross-attention.
  struct NamedAttention {
    std::string path;      // "down_blocks.1.attentions.0.transformer_blocks.0.attn2"
    CrossAttention cross;  // null: self-attention
  };
  std::vector<NamedAttention> attentions();

  Convolution conv_in{nullptr};
  std::vector<DownBlock> down;
  MidBlock mid{nullptr};
  std::vector<UpBlock> up;  // coarsest first

 private:
  UNetConfig config_;
  Conditions conditions_;
  GroupNorm conv_norm_out_{nullptr};
  Convolution conv_out_{nullptr};
};
TORCH_MODULE(UNet);

}  // namespace heirloom::models
