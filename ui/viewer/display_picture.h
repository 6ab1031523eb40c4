#pragma once

#include <QImage>
#include <QSize>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "core/colour/working_colour.h"
#include "core/photo/raster.h"

namespace heirloom::ui {

/// A picture and the way of its colours to one screen. Used by a worker; made anew when either changes.
class DisplayPicture {
 public:
  /// `profile`: the photo's own, empty for sRGB. `display`: the screen's, likewise. `writing`: held by whoever still
  /// writes the raster, null when nobody does.
  DisplayPicture(std::shared_ptr<const core::Raster> raster, std::vector<std::byte> profile,
                 std::vector<std::byte> display, std::shared_ptr<std::shared_mutex> writing = {});

  QSize size() const;
  bool hasAlpha() const { return raster_->layout().alpha; }

  /// `box` of the picture in the screen's colours, every 2^level x 2^level square of it averaged to one pixel.
  /// Blocking.
  QImage render(const core::Box& box, int level) const;

 private:
  std::shared_ptr<const core::Raster> raster_;
  std::vector<std::byte> profile_;
  std::vector<std::byte> display_;
  std::shared_ptr<std::shared_mutex> writing_;
  mutable std::once_flag once_;  // a transform takes long to make: not before a worker asks for it
  mutable std::unique_ptr<const core::DisplayTransform> transform_;
};

/// `box` of `raster` made smaller: squares of 2^level pixels averaged in the file's own encoding, weighted by alpha.
std::unique_ptr<core::Raster> reduced(const core::Raster& raster, const core::Box& box, int level);

}  // namespace heirloom::ui
