#include <ATen/Parallel.h>

#include "core/engine/run.h"

namespace heirloom::core {
namespace {

constexpr std::int64_t kSinkRowsAtOnce = 16;

}  // namespace

void RasterSink::begin(const Layout& layout) {
  Layout own = layout;
  own.type = type_;
  raster_ = std::make_shared<Raster>(own);
}

void RasterSink::write(const Box& box, std::span<const float> samples) {
  const auto rowLength = static_cast<std::size_t>(box.width) * static_cast<std::size_t>(raster_->layout().bands());
  at::parallel_for(0, box.height, kSinkRowsAtOnce, [&](std::int64_t begin, std::int64_t end) {
    const auto rows =
        samples.subspan(static_cast<std::size_t>(begin) * rowLength, static_cast<std::size_t>(end - begin) * rowLength);
    fromFloat(rows, {box.x, box.y + begin, box.width, end - begin}, *raster_);
  });
}

SampleType resultType(SampleType type) {
  return type == SampleType::UInt8 ? SampleType::UInt16 : type;
}

}  // namespace heirloom::core
