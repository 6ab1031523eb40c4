#pragma once

#include <algorithm>

namespace heirloom::models {

// Of fusions that weigh their inputs channel by channel (Li, Wang, Hu, Yang, "Selective Kernel Networks", CVPR 2019).

/// Channels between the means of `features` channels and their weights, in published networks.
inline int squeezedOf(int features) {
  return std::max(features / 8, 4);
}

}  // namespace heirloom::models
