#include <ATen/Parallel.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "core/engine/enlarge.h"
#include "core/engine/run.h"

namespace heirloom::core {
namespace {

constexpr std::int64_t kRowsAtOnce = 16;

std::string sizeText(const Raster& raster) {
  return std::to_string(raster.width()) + " x " + std::to_string(raster.height());
}

/// Result side / source side. Throws Error when the two do not belong together.
int factorOf(const Raster& source, const Raster& result) {
  const std::int64_t factor = result.width() / source.width();
  if (factor < 1 || result.width() != factor * source.width() || result.height() != factor * source.height() ||
      result.layout().bands() != source.layout().bands()) {
    throw Error(HEIRLOOM_TEXT("blend.sizes", "a result of %1 does not belong to a source of %2")
                    .with(sizeText(result), sizeText(source)));
  }
  return static_cast<int>(factor);
}

}  // namespace

std::shared_ptr<const Raster> blend(const Raster& source, const Raster& result, double strength, const Box& region) {
  const int factor = factorOf(source, result);
  Layout layout = source.layout();
  layout.width = region.width;
  layout.height = region.height;
  auto blended = std::make_shared<Raster>(layout);
  const auto bands = static_cast<std::size_t>(layout.bands());
  const auto weight = static_cast<float>(strength);
  const Enlargement enlargement(source.width(), source.height(), factor);

  const auto strip = [&](std::int64_t begin, std::int64_t end) {
    const Box target{region.x, region.y + begin, region.width, end - begin};
    const Box rows{0, begin, region.width, end - begin};
    if (strength <= 0 && factor == 1) {
      const std::size_t pixel = bands * sampleSize(layout.type);
      for (std::int64_t y = begin; y < end; ++y) {
        std::memcpy(blended->row(y).data(),
                    source.row(region.y + y).data() + static_cast<std::size_t>(region.x) * pixel,
                    blended->row(y).size());
      }
      return;
    }
    const std::size_t count = static_cast<std::size_t>(target.width * target.height) * bands;
    std::vector<float> mixed;
    if (strength < 1) {
      const Box from = enlargement.sourceOf(target);
      std::vector<float> before(static_cast<std::size_t>(from.width * from.height) * bands);
      toFloat(source, from, before);
      mixed = enlargement(before, layout.bands(), target);
    }
    if (strength > 0) {
      std::vector<float> after(count);
      toFloat(result, target, after);
      if (strength >= 1) {
        mixed = std::move(after);
      } else {
        for (std::size_t i = 0; i < count; ++i) mixed[i] += weight * (after[i] - mixed[i]);
      }
    }
    fromFloat(mixed, rows, *blended);
  };
  // A thread's share goes strip by strip, so that the floats stay in the cache.
  at::parallel_for(0, region.height, kRowsAtOnce, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t y = begin; y < end; y += kRowsAtOnce) strip(y, std::min(y + kRowsAtOnce, end));
  });
  return blended;
}

std::shared_ptr<const Raster> blend(const Raster& source, const Raster& result, double strength) {
  return blend(source, result, strength, {0, 0, result.width(), result.height()});
}

}  // namespace heirloom::core
