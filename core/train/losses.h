#pragma once

#include <torch/types.h>

#include <string>

namespace heirloom::core {

/// What a training run makes smaller: pictures N C H W in 0..1, a scalar. KAIR's formulae (kair.md 6.2).

/// mean sqrt(d^2 + epsilon), L1 with a round tip.
at::Tensor charbonnierLoss(const at::Tensor& restored, const at::Tensor& clean, double epsilon = 1e-9);

/// Mean SSIM of all bands, 1 of equal pictures: window 11 x 11 of sigma 1.5, zeros around the picture. A loss is 1
/// minus it.
at::Tensor meanSsim(const at::Tensor& restored, const at::Tensor& clean);

/// Total variation: 2 / N of the squared steps down and across, each a mean over one picture's.
at::Tensor totalVariation(const at::Tensor& picture);

/// By its name in TrainConfig::loss: l1, l2, charbonnier, ssim.
at::Tensor lossOf(const std::string& name, const at::Tensor& restored, const at::Tensor& clean);

}  // namespace heirloom::core
