#pragma once

#include <vector>

#include "models/common/super_resolution.h"
#include "models/drct/config.h"
#include "models/swinir/block.h"

namespace heirloom::models {

/// Five Swin blocks in a dense group: each sees the input and what 1x1 convolutions made of the results before it.
class DrctGroupImpl : public torch::nn::Module {
 public:
  explicit DrctGroupImpl(const DrctConfig& config);
  at::Tensor forward(const at::Tensor& tokens, Observer* observer);  // N H W F

 private:
  std::vector<SwinBlock> blocks_;     // swin1 to swin5
  std::vector<Convolution> adjusts_;  // adjust1 to adjust5
};
TORCH_MODULE(DrctGroup);

/// Hsu, Lee, Chou, "DRCT: Saving Image Super-Resolution away from Information Bottleneck", CVPR Workshops 2024;
/// reference the authors' drct/archs/DRCT_arch.py.
class DrctImpl : public torch::nn::Module {
 public:
  explicit DrctImpl(const DrctConfig& config);
  /// `image`: float32 N C H W in 0..1, any size of at least 1; result float32 N C H*scale W*scale.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  DrctConfig config_;
  Convolution conv_first_;
  LayerNorm embeddingNorm_;  // patch_embed.norm
  std::vector<DrctGroup> layers_;
  LayerNorm norm_;
  Convolution conv_after_body_;
  PixelShuffleHead head_;
};
TORCH_MODULE(Drct);

/// Heads of a group's block `index` (0..4) on `features` channels: fewer where they would not divide them.
int drctHeads(const DrctConfig& config, int features, int index);

}  // namespace heirloom::models
