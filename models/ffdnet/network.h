#pragma once

#include "models/ffdnet/config.h"

namespace heirloom::models {

/// Zhang, Zuo, Zhang, "FFDNet: Toward a Fast and Flexible Solution for CNN-Based Image Denoising", TIP 2018.
/// Reference: KAIR models/network_ffdnet.py.
class FfdNetImpl : public torch::nn::Module {
 public:
  explicit FfdNetImpl(const FfdNetConfig& config);

  /// `image` N C H W in 0..1, `sigma` N 1 1 1 or 1 1 1 1, the noise's deviation / 255. Result N C H W: the clean
  /// picture.
  at::Tensor forward(const at::Tensor& image, const at::Tensor& sigma, Observer* observer = nullptr);

  PlainStack model;
};
TORCH_MODULE(FfdNet);

}  // namespace heirloom::models
