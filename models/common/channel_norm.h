#pragma once

#include "models/common/layer_norm.h"
#include "models/common/super_resolution.h"

namespace heirloom::models {

/// `norm` over the channels of every pixel: N C H W to the same.
inline at::Tensor channelNorm(LayerNorm& norm, const at::Tensor& x) {
  return toImage(norm->forward(toTokens(x)));
}

}  // namespace heirloom::models
