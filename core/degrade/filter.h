#pragma once

#include <torch/types.h>

#include "models/common/grid.h"

namespace heirloom::core {

/// Every plane of C H W by the kernel, the edge repeated outwards: the same size comes out.
at::Tensor filtered(const at::Tensor& picture, const at::Tensor& kernel);

at::Tensor kernelTensor(const models::Grid& kernel);

}  // namespace heirloom::core
