#pragma once

#include <vector>

#include "models/omnisr/block.h"

namespace heirloom::models {

/// OSAG: blocks, a 1x1 convolution, a residual around them, and weights a value from a coarse look at the features
/// (ESA; Liu et al., "Residual Feature Aggregation Network", CVPR 2020).
class OmniSrGroupImpl : public torch::nn::Module {
 public:
  explicit OmniSrGroupImpl(const OmniSrConfig& config);
  at::Tensor forward(const at::Tensor& x, Observer* observer);  // N C H W

 private:
  at::Tensor weighed(const at::Tensor& x);

  std::vector<OmniSrBlock> blocks_;
  Convolution last_;
  Convolution conv1_, conv_f_, conv2_, conv3_, conv4_;  // esa
};
TORCH_MODULE(OmniSrGroup);

/// Wang, Chen, Ni, Liu, Liu, "Omni Aggregation Networks for Lightweight Image Super-Resolution", CVPR 2023; reference
/// the authors' components/OmniSR.py.
class OmniSrImpl : public torch::nn::Module {
 public:
  explicit OmniSrImpl(const OmniSrConfig& config);
  /// `image`: float32 N C H W in 0..1, any size of at least 1; result float32 N C H*scale W*scale.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  OmniSrConfig config_;
  std::vector<OmniSrGroup> groups_;
  Convolution input_, output_;
  Convolution up_;
};
TORCH_MODULE(OmniSr);

}  // namespace heirloom::models
