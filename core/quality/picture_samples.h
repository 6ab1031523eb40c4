#pragma once

#include "core/photo/photo.h"
#include "core/quality/imresize.h"

namespace heirloom::core {

/// A photo's samples in 0..1 with one band or three, as testers of networks read them: alpha left out, the profile
/// ignored. Throws Error for CMYK.
FloatImage samplesOf(const Photo& photo);
FloatImage samplesOf(const Photo& photo, const Box& box);

/// One band. Of a colour picture what OpenCV decodes as grey: 8-bit values weighted in 14-bit fixed point, rounded.
FloatImage greyOf(const FloatImage& picture);

/// Three bands; of a grey picture three times the same.
FloatImage colourOf(const FloatImage& picture);

/// The upper left part whose sides are multiples of `multiple`.
FloatImage cropped(const FloatImage& picture, int multiple);

/// Written as a JPEG and read again.
FloatImage throughJpeg(const FloatImage& picture, int quality);

}  // namespace heirloom::core
