#pragma once

#include <torch/types.h>

#include <algorithm>

namespace heirloom::models {

// Of fusions that weigh their inputs channel by channel (Li, Wang, Hu, Yang, "Selective Kernel Networks", CVPR 2019).

/// Channels between the means of `features` channels and their weights, in published networks.
inline int squeezedOf(int features) {
  return std::max(features / 8, 4);
}

/// The mean of every channel: N C H W -> N C 1 1, float32.
inline at::Tensor channelMeans(const at::Tensor& x) {
  return x.mean(at::IntArrayRef{2, 3}, /*keepdim=*/true, at::kFloat);
}

}  // namespace heirloom::models
