#pragma once

#include <QImage>
#include <QSize>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <vector>

#include "core/colour/working_colour.h"
#include "core/photo/raster.h"

namespace heirloom::ui {

/// The way of a photo's colours to one screen; shared by everything that is shown of the photo.
class DisplayColours {
 public:
  /// `profile`: the photo's own, empty for sRGB. `display`: the screen's, likewise.
  DisplayColours(core::ColourModel model, std::vector<std::byte> profile, std::vector<std::byte> display);

  /// Blocking the first time, which takes long.
  const core::DisplayTransform& transform() const;

 private:
  core::ColourModel model_;
  std::vector<std::byte> profile_;
  std::vector<std::byte> display_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<const core::DisplayTransform> transform_;
};

/// A result over its source, as it will be saved.
struct Blend {
  std::shared_ptr<const core::Raster> source;
  std::shared_ptr<const core::Raster> result;  // nobody writes it any more
  double strength = 1;
};

/// `raster` with every square of 2^n pixels a side averaged to one, n the least with which it has at most `pixels`; in
/// its own encoding, weighted by alpha. Blocking.
std::shared_ptr<const core::Raster> reducedTo(const core::Raster& raster, std::int64_t pixels);

/// A picture in the colours of one screen. Used by a worker; made anew when either changes.
class DisplayPicture {
 public:
  /// `writing`: held by whoever still writes the raster, null when nobody does.
  DisplayPicture(std::shared_ptr<const core::Raster> raster, std::shared_ptr<const DisplayColours> colours,
                 std::shared_ptr<std::shared_mutex> writing = {});
  DisplayPicture(Blend blend, std::shared_ptr<const DisplayColours> colours);

  QSize size() const;
  bool hasAlpha() const { return raster_->layout().alpha; }

  /// `box` of the picture in the screen's colours, every 2^level x 2^level square of it averaged to one pixel.
  /// Blocking.
  QImage render(const core::Box& box, int level) const;

 private:
  std::unique_ptr<core::Raster> reduced(const core::Box& box, int level) const;

  std::shared_ptr<const core::Raster> raster_;  // of a blend: the result
  std::optional<Blend> blend_;
  std::shared_ptr<const DisplayColours> colours_;
  std::shared_ptr<std::shared_mutex> writing_;
};

}  // namespace heirloom::ui
