#pragma once

#include "models/common/grid.h"
#include "models/srmd/config.h"

namespace heirloom::models {

/// Zhang, Zuo, Zhang, "Learning a Single Convolutional Super-Resolution Network for Multiple Degradations", CVPR 2018.
/// Reference: KAIR models/network_srmd.py.
class SrmdImpl : public torch::nn::Module {
 public:
  explicit SrmdImpl(const SrmdConfig& config);

  /// `image` N C H W in 0..1, `degradation` (N or 1) D 1 1: the kernel's code, then (not SRMDNF) sigma / 255. Result N
  /// C sH sW.
  at::Tensor forward(const at::Tensor& image, const at::Tensor& degradation, Observer* observer = nullptr);

  PlainStack model;

 private:
  int scale_;
};
TORCH_MODULE(Srmd);

/// The principal components of `kernel`, brought to 15 x 15: `components` (15 x 225) times the kernel read column by
/// column. float32, 1 15 1 1.
at::Tensor srmdCode(const Grid& components, const Grid& kernel);

}  // namespace heirloom::models
