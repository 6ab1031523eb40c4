#pragma once

#include <functional>
#include <vector>

#include "models/common/convolution.h"
#include "models/rrdb/config.h"

namespace heirloom::models {

/// Residual dense block: five convolutions, each sees the input and everything made before it; x + 0.2 * the last.
class ResidualDenseBlockImpl : public torch::nn::Module {
 public:
  explicit ResidualDenseBlockImpl(const RrdbConfig& config);
  /// `workspace`: N features + 4 growth H W, channels-last, whose first channels are the input x and stay as they are;
  /// what the convolutions make goes behind them, so that nothing is concatenated. `result`: N features H W, may be a
  /// slice of another workspace.
  void forward(const at::Tensor& workspace, at::Tensor result);

 private:
  int features_;
  int growth_;
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
  /// What a block's result is turned into by networks that are steered: number of the block, N features H W.
  using Steering = std::function<at::Tensor(std::size_t, const at::Tensor&)>;
  /// N C H W in 0..1 to N C sH sW; where the network folds its input, sides are padded by reflection and cropped.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr, const Steering& steering = {});

 private:
  at::Tensor workspaceFor(const at::Tensor& x) const;

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
