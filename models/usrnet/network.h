#pragma once

#include "models/common/fft_data_step.h"
#include "models/usrnet/config.h"

namespace heirloom::models {

/// Zhang, Van Gool, Timofte, "Deep Unfolding Network for Image Super-Resolution", CVPR 2020. Reference: KAIR
/// models/network_usrnet.py. Registered: "p" the prior, "h.mlp" the hyper-parameter network.
class UsrNetImpl : public torch::nn::Module {
 public:
  explicit UsrNetImpl(const UsrNetConfig& config);

  /// `y`: N C h w in 0..1; `kernel` 1 1 kh kw, sums to 1; `scale` s; `sigma` 1 1 1 1, noise / 255. Result N C sh sw.
  /// `observer` may be null; it is told the fraction of iterations.
  at::Tensor forward(const at::Tensor& y, const at::Tensor& kernel, int scale, const at::Tensor& sigma,
                     Observer* observer = nullptr);

  /// alpha_1..n, beta_1..n for a noise level and a scale: 1 2n 1 1.
  at::Tensor hyperParameters(const at::Tensor& sigma, int scale);

 private:
  int iterations_;
  ResUNet prior_;
  std::vector<Convolution> mlp_;
};
TORCH_MODULE(UsrNet);

}  // namespace heirloom::models
