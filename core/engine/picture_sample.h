#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "core/engine/tiler.h"
#include "core/photo/raster.h"
#include "models/common/whole_statistics.h"
#include "models/restorer.h"

namespace heirloom::core {

/// Patches of one size, spread evenly over a picture of `width` x `height`, of which its statistics are estimated.
/// `area`: pixels that may go through the network at once; patches have a quarter of it, at least 64 pixels a side
/// where the picture has them, and start on the network's grid. Together they are as large as `area`, and at least an
/// eighth of the picture, as far as there is room for them. Neighbours in the list lie far from each other, so that a
/// few of them stand for all.
std::vector<Box> samplePatches(std::int64_t width, std::int64_t height, const TileRules& rules, std::int64_t area);

/// Shows `session` the patches, `atOnce` at a time, for what it makes of them to be in `statistics`. `shown`: of a box,
/// float32 1 C H W. What a patch has within an eighth of its side from its edge is left out.
void gatherStatistics(models::WholeStatistics& statistics, models::Session& session, const std::vector<Box>& patches,
                      std::int64_t atOnce, const std::function<at::Tensor(const Box&)>& shown);

}  // namespace heirloom::core
