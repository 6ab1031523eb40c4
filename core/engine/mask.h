#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "core/photo/raster.h"

namespace heirloom::core {

/// How much a step's result counts at every pixel of its source, from a grey picture: white is all of it, black leaves
/// the source as it is. One band, upright. Throws Error naming `file`: no picture, not grey alone, or another size than
/// the source's `width` and `height`.
std::shared_ptr<const Raster> readMask(const std::filesystem::path& file, std::int64_t width, std::int64_t height);

}  // namespace heirloom::core
