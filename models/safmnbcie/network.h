#pragma once

#include <vector>

#include "models/safmn/network.h"
#include "models/safmnbcie/config.h"

namespace heirloom::models {

/// SAFMN's blocks, a convolution, and a residual around both.
class SafmnBcieGroupImpl : public torch::nn::Module {
 public:
  explicit SafmnBcieGroupImpl(const SafmnBcieConfig& config);
  at::Tensor forward(const at::Tensor& x, Observer* observer);  // N F H W, H and W multiples of 8
  at::ScalarType precision() const { return conv_->precision(); }

 private:
  std::vector<SafmnBlock> layers_;
  Convolution conv_;
};
TORCH_MODULE(SafmnBcieGroup);

/// SAFMN for blind compressed image enhancement, by the authors of Sun, Dong, Tang, Pan, "Spatially-Adaptive Feature
/// Modulation for Efficient Image Super-Resolution", ICCV 2023; reference spandrel's safmn_bcie.py.
class SafmnBcieImpl : public torch::nn::Module {
 public:
  explicit SafmnBcieImpl(const SafmnBcieConfig& config);
  /// N C H W in 0..1 to the same.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  int fold_;
  Convolution to_feat_;  // to_feat.1
  std::vector<SafmnBcieGroup> feats_;
  Convolution widen_, last_;  // to_img.0, .2
};
TORCH_MODULE(SafmnBcie);

}  // namespace heirloom::models
