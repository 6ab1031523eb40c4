#pragma once

#include <memory>

#include "models/restorer.h"

namespace heirloom::models {

/// `result` (N C sH sW) with the low frequencies of `source` (N C H W) in the place of its own: both are taken apart by
/// the a-trous wavelet transform, the enlarged source's last smooth part replaces the result's (StableSR's wavelet
/// colour correction, Wang et al., IJCV 2024).
at::Tensor waveletColourFix(const at::Tensor& result, const at::Tensor& source);

/// How far the smooth part of the colour fix looks, in pixels of the result.
inline constexpr int kColourFixReach = 31;

/// `restorer` with the choice "colour_fix": "off" or "wavelet". Default "off", which is the reference's.
std::shared_ptr<const Restorer> withColourFix(std::shared_ptr<const Restorer> restorer);
Descriptor withColourFix(Descriptor descriptor);

}  // namespace heirloom::models
