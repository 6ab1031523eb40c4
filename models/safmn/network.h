#pragma once

#include <vector>

#include "models/common/convolution.h"
#include "models/common/layer_norm.h"
#include "models/safmn/config.h"

namespace heirloom::models {

/// A quarter of the channels on each of four scales decides how much of all of them passes; then they are mixed.
class SafmnBlockImpl : public torch::nn::Module {
 public:
  explicit SafmnBlockImpl(const SafmnConfig& config);
  at::Tensor forward(const at::Tensor& x);  // N C H W, H and W multiples of 8
  at::ScalarType precision() const { return aggr_->precision(); }

 private:
  at::Tensor modulated(const at::Tensor& x);

  LayerNorm norm1_, norm2_;
  std::vector<Convolution> mfr_;  // depthwise, one a scale
  Convolution aggr_;
  Convolution ccm0_, ccm2_;
};
TORCH_MODULE(SafmnBlock);

/// Sun, Dong, Tang, Pan, "Spatially-Adaptive Feature Modulation for Efficient Image Super-Resolution", ICCV 2023;
/// reference the authors' basicsr/archs/safmn_arch.py.
class SafmnImpl : public torch::nn::Module {
 public:
  explicit SafmnImpl(const SafmnConfig& config);
  /// N C H W in 0..1 to N C scale*H scale*W.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  int scale_;
  Convolution to_feat_;
  std::vector<SafmnBlock> feats_;
  Convolution to_img_;
};
TORCH_MODULE(Safmn);

}  // namespace heirloom::models
