#include "ui/viewer/display_picture.h"

#include <algorithm>
#include <type_traits>

namespace heirloom::ui {
namespace {

template <typename T>
void reduceInto(const core::Raster& raster, const core::Box& box, int level, core::Raster& small) {
  const int bands = raster.layout().bands();
  const int colours = core::colourBands(raster.layout().model);
  const bool alpha = raster.layout().alpha;
  const std::int64_t side = std::int64_t{1} << level;
  std::vector<double> sums(static_cast<std::size_t>(small.width() * bands));
  for (std::int64_t y = 0; y < small.height(); ++y) {
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
    T* out = small.samples<T>(y).data();
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

}  // namespace

std::unique_ptr<core::Raster> reduced(const core::Raster& raster, const core::Box& box, int level) {
  core::Layout layout = raster.layout();
  const std::int64_t side = std::int64_t{1} << level;
  layout.width = (box.width + side - 1) / side;
  layout.height = (box.height + side - 1) / side;
  auto small = std::make_unique<core::Raster>(layout);
  switch (layout.type) {
    case core::SampleType::UInt8:
      reduceInto<std::uint8_t>(raster, box, level, *small);
      break;
    case core::SampleType::UInt16:
      reduceInto<std::uint16_t>(raster, box, level, *small);
      break;
    case core::SampleType::Float32:
      reduceInto<float>(raster, box, level, *small);
      break;
  }
  return small;
}

DisplayPicture::DisplayPicture(std::shared_ptr<const core::Raster> raster, std::vector<std::byte> profile,
                               std::vector<std::byte> display, std::shared_ptr<std::shared_mutex> writing)
    : raster_(std::move(raster)),
      profile_(std::move(profile)),
      display_(std::move(display)),
      writing_(std::move(writing)) {}

QSize DisplayPicture::size() const {
  return {static_cast<int>(raster_->width()), static_cast<int>(raster_->height())};
}

QImage DisplayPicture::render(const core::Box& box, int level) const {
  std::call_once(once_, [this] {
    transform_ = std::make_unique<const core::DisplayTransform>(raster_->layout().model, profile_, display_);
  });
  std::unique_ptr<core::Raster> small;
  {
    std::shared_lock<std::shared_mutex> reading;
    if (writing_) reading = std::shared_lock(*writing_);
    small = reduced(*raster_, box, level);
  }
  QImage image(static_cast<int>(small->width()), static_cast<int>(small->height()),
               hasAlpha() ? QImage::Format_ARGB32 : QImage::Format_RGB32);
  const std::span bytes(reinterpret_cast<std::byte*>(image.bits()), static_cast<std::size_t>(image.sizeInBytes()));
  transform_->apply(*small, {0, 0, small->width(), small->height()}, bytes,
                    static_cast<std::size_t>(image.bytesPerLine()));
  return hasAlpha() ? image.convertToFormat(QImage::Format_ARGB32_Premultiplied) : image;
}

}  // namespace heirloom::ui
