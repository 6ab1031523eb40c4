#pragma once

#include <torch/types.h>

#include <optional>
#include <string>

#include "core/engine/tile_colours.h"

namespace heirloom::core {

/// Throws Error unless `pixels` are numbers. `step`: of a progressive network, counted from 1, named in the message.
void requireFinite(const at::Tensor& pixels, const std::string& family, std::optional<int> step = {});

/// Throws Error unless `pixels` (H W C of the result) can be the restoration of `box` (source pixels): numbers, and not
/// one constant where the source is not constant.
void requireSound(const at::Tensor& pixels, const Box& box, const TileColours& colours, const std::string& family);

}  // namespace heirloom::core
