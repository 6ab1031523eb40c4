#pragma once

#include <torch/types.h>

#include "core/degrade/degradations.h"

namespace heirloom::core {

/// The blur kernels of Wang et al., "Real-ESRGAN", ICCV Workshops 2021, 3.1 and 3.4 (reference: basicsr
/// degradations.py; kair.md 4.5), float32, square with an odd side, sum 1.

/// A side of 7 to 21 and one of the Gaussian, generalised Gaussian and plateau shapes, round or not, with standard
/// deviations in `sigma`; a sinc filter one time in ten.
at::Tensor randomKernel(Range sigma, Random& random);

/// The ringing of a cut-off at `omega` (radians a pixel): omega J1(omega r) / (2 pi r).
at::Tensor sincKernel(int side, double omega);

/// A sinc of random side and cut-off, the filter behind both passes.
at::Tensor finalSinc(Random& random);

}  // namespace heirloom::core
