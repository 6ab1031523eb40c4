#pragma once

#include "models/dncnn/config.h"

namespace heirloom::models {

/// DnCNN: Zhang et al., "Beyond a Gaussian Denoiser", TIP 2017; FDnCNN: KAIR's variant with a noise level.
/// Reference: KAIR models/network_dncnn.py.
class DnCnnImpl : public torch::nn::Module {
 public:
  explicit DnCnnImpl(const DnCnnConfig& config);

  /// `image` N C H W in 0..1; `sigma` (FDnCNN only) N 1 1 1, the noise's deviation / 255. Result N C H W.
  at::Tensor forward(const at::Tensor& image, const at::Tensor& sigma = {}, Observer* observer = nullptr);

  PlainStack model;

 private:
  bool noiseMap_;
};
TORCH_MODULE(DnCnn);

}  // namespace heirloom::models
