#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/photo/raster.h"

namespace heirloom::core {

/// The picture of a JP2 file with a profile of its own, which libvips does not write: in new boxes, with `iccProfile`,
/// or sRGB (grey: its curve) where that is empty, and with the meaning of the last band (ISO 15444-1, annex I).
std::vector<std::byte> withJp2Profile(std::span<const std::byte> file, const Layout& layout,
                                      std::span<const std::byte> iccProfile);

/// The ICC profile that a JP2 file carries; empty when there is none. libvips asks for it before OpenJPEG has it.
std::vector<std::byte> jp2Profile(std::span<const std::byte> file);

}  // namespace heirloom::core
