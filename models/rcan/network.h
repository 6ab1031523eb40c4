#pragma once

#include <vector>

#include "models/common/super_resolution.h"
#include "models/rcan/config.h"

namespace heirloom::models {

/// RCAB: two convolutions, channel attention, and the input.
class RcanBlockImpl : public torch::nn::Module {
 public:
  explicit RcanBlockImpl(const RcanConfig& config);
  at::Tensor forward(const at::Tensor& x);

 private:
  Convolution first_, second_;  // body.0, .2
  ChannelAttention attention_;  // body.3
};
TORCH_MODULE(RcanBlock);

/// Zhang, Li, Li, Wang, Zhong, Fu, "Image Super-Resolution Using Very Deep Residual Channel Attention Networks", ECCV
/// 2018; reference the authors' RCAN_TrainCode/code/model/rcan.py.
class RcanImpl : public torch::nn::Module {
 public:
  explicit RcanImpl(const RcanConfig& config);
  /// N C H W in 0..1 to N C scale*H scale*W; sides are extended by reflection where the picture is folded.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  struct Group {
    std::vector<RcanBlock> blocks;
    Convolution last;
  };

  RcanConfig config_;
  Convolution sub_mean_{nullptr}, add_mean_{nullptr};
  Convolution head_;
  std::vector<Group> groups_;
  Convolution trunk_;
  std::vector<Convolution> ups_;
  Convolution tail_;
};
TORCH_MODULE(Rcan);

}  // namespace heirloom::models
