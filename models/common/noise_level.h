#pragma once

#include "models/restorer.h"

namespace heirloom::models {

/// The setting of every denoiser that takes a noise level: standard deviation in 8-bit units. Default: 25.
Parameter noiseLevelParameter(double maximum);

/// The setting as networks take it: 1 1 1 1, divided by 255.
at::Tensor sigmaOf(const Settings& settings, const at::Device& device);

/// `picture` N C H W with a constant map of `sigma` (N or 1, 1, 1, 1) as one more, the last channel.
at::Tensor withNoiseMap(const at::Tensor& picture, const at::Tensor& sigma);

}  // namespace heirloom::models
