#include "ui/viewer/display_picture.h"

#include <algorithm>
#include <type_traits>

#include "core/engine/run.h"

namespace heirloom::ui {
namespace {

constexpr std::int64_t kPixelsAtOnce = 1 << 20;

/// `rows` of `small`, from the squares of `box`.
template <typename T>
void reduceRows(const core::Raster& raster, const core::Box& box, int level, std::int64_t firstRow, std::int64_t rows,
                core::Raster& small) {
  const int bands = raster.layout().bands();
  const int colours = core::colourBands(raster.layout().model);
  const bool alpha = raster.layout().alpha;
  const std::int64_t side = std::int64_t{1} << level;
  std::vector<double> sums(static_cast<std::size_t>(small.width() * bands));
  for (std::int64_t y = 0; y < rows; ++y) {
    std::ranges::fill(sums, 0.0);
    const std::int64_t top = box.y + y * side;
    const std::int64_t bottom = std::min(top + side, box.y + box.height);
    for (std::int64_t row = top; row < bottom; ++row) {
      const T* in = raster.samples<T>(row).data() + box.x * bands;
      for (std::int64_t x = 0; x < small.width(); ++x) {
        double* sum = sums.data() + x * bands;
        const std::int64_t count = std::min(side, box.width - x * side);
        for (std::int64_t i = 0; i < count; ++i, in += bands) {
          const double weight = alpha ? static_cast<double>(in[colours]) : 1.0;
          for (int band = 0; band < colours; ++band) sum[band] += weight * static_cast<double>(in[band]);
          if (alpha) sum[colours] += weight;
        }
      }
    }
    T* out = small.samples<T>(firstRow + y).data();
    for (std::int64_t x = 0; x < small.width(); ++x, out += bands) {
      const double* sum = sums.data() + x * bands;
      const double pixels = static_cast<double>(std::min(side, box.width - x * side) * (bottom - top));
      const double weight = alpha ? sum[colours] : pixels;
      constexpr double half = std::is_integral_v<T> ? 0.5 : 0.0;
      for (int band = 0; band < colours; ++band) {
        out[band] = weight > 0 ? static_cast<T>(sum[band] / weight + half) : T{};
      }
      if (alpha) out[colours] = static_cast<T>(sum[colours] / pixels + half);
    }
  }
}

void reduceRows(const core::Raster& raster, const core::Box& box, int level, std::int64_t firstRow, std::int64_t rows,
                core::Raster& small) {
  switch (raster.layout().type) {
    case core::SampleType::UInt8:
      return reduceRows<std::uint8_t>(raster, box, level, firstRow, rows, small);
    case core::SampleType::UInt16:
      return reduceRows<std::uint16_t>(raster, box, level, firstRow, rows, small);
    case core::SampleType::Float32:
      return reduceRows<float>(raster, box, level, firstRow, rows, small);
  }
}

}  // namespace

std::shared_ptr<const core::Raster> reducedTo(const core::Raster& raster, std::int64_t pixels) {
  core::Layout layout = raster.layout();
  int level = 0;
  while (layout.width * layout.height > pixels) {
    ++level;
    const std::int64_t side = std::int64_t{1} << level;
    layout.width = (raster.width() + side - 1) / side;
    layout.height = (raster.height() + side - 1) / side;
  }
  auto small = std::make_shared<core::Raster>(layout);
  reduceRows(raster, {0, 0, raster.width(), raster.height()}, level, 0, layout.height, *small);
  return small;
}

DisplayColours::DisplayColours(core::ColourModel model, std::vector<std::byte> profile, std::vector<std::byte> display)
    : model_(model), profile_(std::move(profile)), display_(std::move(display)) {}

const core::DisplayTransform& DisplayColours::transform() const {
  std::call_once(once_,
                 [this] { transform_ = std::make_unique<const core::DisplayTransform>(model_, profile_, display_); });
  return *transform_;
}

DisplayPicture::DisplayPicture(std::shared_ptr<const core::Raster> raster,
                               std::shared_ptr<const DisplayColours> colours,
                               std::shared_ptr<std::shared_mutex> writing)
    : raster_(std::move(raster)), colours_(std::move(colours)), writing_(std::move(writing)) {}

DisplayPicture::DisplayPicture(Blend blend, std::shared_ptr<const DisplayColours> colours)
    : raster_(blend.result), blend_(std::move(blend)), colours_(std::move(colours)) {}

QSize DisplayPicture::size() const {
  return {static_cast<int>(raster_->width()), static_cast<int>(raster_->height())};
}

/// Squares of 2^level pixels averaged in the file's own encoding, weighted by alpha.
std::unique_ptr<core::Raster> DisplayPicture::reduced(const core::Box& box, int level) const {
  // A result may be deeper than the photo; what is saved, and so what is shown of a blend, is not.
  core::Layout layout = blend_ ? blend_->source->layout() : raster_->layout();
  const std::int64_t side = std::int64_t{1} << level;
  layout.width = (box.width + side - 1) / side;
  layout.height = (box.height + side - 1) / side;
  auto small = std::make_unique<core::Raster>(layout);
  if (!blend_) {
    std::shared_lock<std::shared_mutex> reading;
    if (writing_) reading = std::shared_lock(*writing_);
    reduceRows(*raster_, box, level, 0, layout.height, *small);
    return small;
  }
  // In strips: a tile of the coarsest level is made from the whole picture.
  const std::int64_t rowsAtOnce = std::max<std::int64_t>(1, kPixelsAtOnce / (side * box.width));
  for (std::int64_t row = 0; row < layout.height; row += rowsAtOnce) {
    const std::int64_t rows = std::min(rowsAtOnce, layout.height - row);
    const std::int64_t top = row * side;
    const core::Box strip{box.x, box.y + top, box.width, std::min(rows * side, box.height - top)};
    const auto mixed = core::blend(*blend_->source, *blend_->result, blend_->strength, strip);
    reduceRows(*mixed, {0, 0, strip.width, strip.height}, level, row, rows, *small);
  }
  return small;
}

QImage DisplayPicture::render(const core::Box& box, int level) const {
  const auto small = reduced(box, level);
  QImage image(static_cast<int>(small->width()), static_cast<int>(small->height()),
               hasAlpha() ? QImage::Format_ARGB32 : QImage::Format_RGB32);
  const std::span bytes(reinterpret_cast<std::byte*>(image.bits()), static_cast<std::size_t>(image.sizeInBytes()));
  colours_->transform().apply(*small, {0, 0, small->width(), small->height()}, bytes,
                              static_cast<std::size_t>(image.bytesPerLine()));
  return hasAlpha() ? image.convertToFormat(QImage::Format_ARGB32_Premultiplied) : image;
}

}  // namespace heirloom::ui
