#pragma once

#include <vector>

#include "core/train/objective.h"

namespace heirloom::core {

/// Learns to tell a network's pictures from photos, patch by patch, beside the network, which learns to make pictures
/// that pass for photos: Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks", CVPR 2017,
/// 3.2.2, with group norms, which see one picture at a time; hinge losses of Lim and Ye, "Geometric GAN", 2017.
/// Pictures: N 3 H W in 0..1, H and W at least 8. All losses are means over them.
class Discriminator {
 public:
  /// Begins with LibTorch's own random numbers (torch::manual_seed).
  explicit Discriminator(const at::Device& device);

  /// "discriminator.0.weight" and so on: what the optimiser moves together with the network.
  std::vector<Objective::Parameter> parameters() const;

  /// What it makes smaller itself: about 1 where it knows nothing, 0 where it is sure and right. Gradients reach its
  /// own weights alone.
  at::Tensor ownLoss(const at::Tensor& made, const at::Tensor& photos) const;

  /// What the network makes smaller. Gradients reach `made` alone.
  at::Tensor networkLoss(const at::Tensor& made) const;

 private:
  struct Layer {
    at::Tensor weight, bias;
  };
  /// Above 0: photo; below: made. float32 N 1 H/8 W/8, a patch each.
  at::Tensor verdicts(const at::Tensor& pictures, bool learns) const;

  std::vector<Layer> layers_;
};

}  // namespace heirloom::core
