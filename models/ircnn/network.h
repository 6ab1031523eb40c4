#pragma once

#include "models/ircnn/config.h"

namespace heirloom::models {

/// Zhang et al., "Learning Deep CNN Denoiser Prior for Image Restoration", CVPR 2017. Reference: KAIR
/// models/network_dncnn.py (IRCNN).
class IrcnnImpl : public torch::nn::Module {
 public:
  explicit IrcnnImpl(const IrcnnConfig& config);

  /// N C H W in 0..1 to the same, by network `index`.
  at::Tensor forward(const at::Tensor& image, int index, Observer* observer = nullptr);

 private:
  std::vector<PlainStack> networks_;  // "0.model" to "24.model"
};
TORCH_MODULE(Ircnn);

/// Which of the 25 networks serves a noise level in 8-bit units: i is for (2i, 2i + 2], the ends take what lies beyond.
int ircnnIndex(double noiseLevel);

}  // namespace heirloom::models
