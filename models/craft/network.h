#pragma once

#include <vector>

#include "models/craft/block.h"
#include "models/craft/config.h"

namespace heirloom::models {

/// RCRFG: two blocks with windows, the second shifted, beside a refinement of high frequencies, both fused; again and
/// again, then a convolution and a residual.
class CraftGroupImpl : public torch::nn::Module {
 public:
  CraftGroupImpl(const CraftConfig& config, int depth);
  at::Tensor forward(const at::Tensor& x, Observer* observer);  // N F H W
  at::ScalarType precision() const { return conv_->precision(); }

 private:
  struct Block {
    CraftWindowBlock still, shifted;  // srwa_blocks
    CraftRefinement refinement;       // hfer_blocks
    CraftFusion fusion;               // hf_blocks
  };
  std::vector<Block> blocks_;
  Convolution conv_;
};
TORCH_MODULE(CraftGroup);

/// Li, Zhang, Liu, Zhu, "Feature Modulation Transformer: Cross-Refinement of Global Representation via High-Frequency
/// Prior for Image Super-Resolution", ICCV 2023; reference the authors' basicsr/archs/craft_arch.py.
class CraftImpl : public torch::nn::Module {
 public:
  explicit CraftImpl(const CraftConfig& config);
  /// N C H W in 0..1 to N C scale*H scale*W.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  CraftConfig config_;
  Convolution conv_first_;
  std::vector<CraftGroup> layers_;
  LayerNorm norm_;                        // norm.body
  Convolution conv_after_body_{nullptr};  // where the file has it
  Convolution upsample_;                  // upsample.0
};
TORCH_MODULE(Craft);

}  // namespace heirloom::models
