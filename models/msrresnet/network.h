#pragma once

#include <vector>

#include "models/common/res_block.h"
#include "models/msrresnet/config.h"

namespace heirloom::models {

/// Ledig et al., "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network", CVPR 2017, in
/// the modified forms of KAIR models/network_msrresnet.py and network_dpsr.py. Registered under names of our own, which
/// `family.cpp` maps to both layouts.
class MsrResNetImpl : public torch::nn::Module {
 public:
  explicit MsrResNetImpl(const MsrResNetConfig& config);

  /// `x`: N in H W in 0..1 (of the prior with the map of sigma / 255 as the last channel). Result N out sH sW. The
  /// named layout adds its input, enlarged bilinearly.
  at::Tensor forward(const at::Tensor& x, Observer* observer = nullptr);

 private:
  MsrResNetConfig config_;
  Convolution head_;
  std::vector<ResBlock> blocks_;
  Convolution trunk_{nullptr};  // numbered layout only
  std::vector<Convolution> ups_;
  Convolution hr_;
  Convolution last_;
};
TORCH_MODULE(MsrResNet);

}  // namespace heirloom::models
