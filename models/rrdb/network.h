#pragma once

#include <vector>

#include "models/common/convolution.h"
#include "models/rrdb/config.h"

namespace heirloom::models {

/// Residual dense block: five convolutions, each sees the input and everything made before it; x + 0.2 * the last.
class ResidualDenseBlockImpl : public torch::nn::Module {
 public:
  explicit ResidualDenseBlockImpl(const RrdbConfig& config);
  /// N features H W to the same; `x` stays as it is.
  at::Tensor forward(const at::Tensor& x);

 private:
  std::vector<Convolution> convolutions_;
  Convolution conv1x1_{nullptr};  // ESRGAN+
};
TORCH_MODULE(ResidualDenseBlock);

/// Wang et al., "ESRGAN: Enhanced Super-Resolution Generative Adversarial Networks", ECCV Workshops 2018. References:
/// KAIR models/network_rrdbnet.py, network_rrdb.py; Real-ESRGAN's rrdbnet_arch.py. Registered under Real-ESRGAN's
/// names, which `family.cpp` maps to the other layouts.
class RrdbNetImpl : public torch::nn::Module {
 public:
  explicit RrdbNetImpl(const RrdbConfig& config);
  /// N C H W in 0..1 to N C sH sW; where the network folds its input, sides are padded by reflection and cropped.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  RrdbConfig config_;
  Convolution conv_first_;
  std::vector<ResidualDenseBlock> dense_;  // three a block
  Convolution conv_body_;
  std::vector<Convolution> ups_;
  Convolution conv_hr_;
  Convolution conv_last_;
};
TORCH_MODULE(RrdbNet);

}  // namespace heirloom::models
