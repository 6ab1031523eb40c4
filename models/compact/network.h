#pragma once

#include <vector>

#include "models/common/convolution.h"
#include "models/compact/config.h"

namespace heirloom::models {

/// Wang et al., "Real-ESRGAN: Training Real-World Blind Super-Resolution with Pure Synthetic Data", ICCV Workshops
/// 2021, its small network; reference Real-ESRGAN's srvgg_arch.py. Convolutions, PReLU between them, one pixel shuffle,
/// and the picture's nearest neighbours added.
class CompactImpl : public torch::nn::Module {
 public:
  explicit CompactImpl(const CompactConfig& config);
  /// N C H W in 0..1 to N C scale*H scale*W.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  int scale_;
  std::vector<Convolution> convolutions_;  // body.0, body.2, ... with the slopes body.1, body.3, ...
};
TORCH_MODULE(Compact);

}  // namespace heirloom::models
