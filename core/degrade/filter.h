#pragma once

#include <torch/types.h>

#include "models/common/grid.h"

namespace heirloom::core {

/// Every plane of C H W by the kernel, the edge repeated outwards: the same size comes out.
at::Tensor filtered(const at::Tensor& picture, const at::Tensor& kernel);

/// What Real-ESRGAN learns to give and degrades, `picture` being C H W in 0..1: half of what a wide Gaussian takes away
/// added to it, within 0..1, where that is more than noise, with soft borders (unsharp masking as Wang et al.,
/// "Real-ESRGAN", ICCV Workshops 2021; reference: basicsr img_process_util.py, USMSharp; kair.md 4.5). The edge is
/// repeated outwards instead of reflected.
at::Tensor sharpened(const at::Tensor& picture);

at::Tensor kernelTensor(const models::Grid& kernel);

}  // namespace heirloom::core
