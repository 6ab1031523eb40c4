#pragma once

#include <torch/types.h>

namespace heirloom::models {

/// `x`, N C H W or the weights of a convolution, as they lie in memory between and in placed layers: channels-last, or
/// one channel behind the other where Saving::Layout is switched off (savings.h). Copies only what lies otherwise.
at::Tensor laidOut(const at::Tensor& x);

}  // namespace heirloom::models
