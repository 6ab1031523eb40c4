#include "app/cli/picture_values.h"

#include <cmath>

#include "core/colour/working_colour.h"

namespace heirloom::app {
namespace {

/// Row by row through `convert` (colour samples in 0..1 in, `bands` samples out).
template <typename Convert>
PictureValues read(const core::Photo& photo, int bands, const Convert& convert) {
  const core::Layout& layout = photo.raster->layout();
  const auto width = static_cast<std::size_t>(layout.width);
  const auto own = static_cast<std::size_t>(core::colourBands(layout.model));
  const auto all = static_cast<std::size_t>(layout.bands());
  std::vector<float> row(width * all);
  std::vector<float> colours(width * own);
  std::vector<float> result(width * static_cast<std::size_t>(bands));
  PictureValues picture{layout.width, layout.height, bands, {}};
  picture.values.reserve(result.size() * static_cast<std::size_t>(layout.height));
  for (std::int64_t y = 0; y < layout.height; ++y) {
    core::toFloat(*photo.raster, {0, y, layout.width, 1}, row);
    for (std::size_t x = 0; x < width; ++x) {
      for (std::size_t band = 0; band < own; ++band) colours[x * own + band] = row[x * all + band];
    }
    convert(colours, result);
    for (const float value : result) picture.values.push_back(static_cast<double>(value) * 255);
  }
  return picture;
}

PictureValues asStored(const core::Photo& photo) {
  PictureValues picture = read(photo, core::colourBands(photo.raster->layout().model),
                               [](const std::vector<float>& from, std::vector<float>& to) { to = from; });
  // Float32 of k/255 times 255 is k to within 1e-5; the metrics are of the 8-bit values themselves.
  if (photo.raster->layout().type == core::SampleType::UInt8) {
    for (double& value : picture.values) value = std::nearbyint(value);
  }
  return picture;
}

PictureValues asSrgb(const core::Photo& photo) {
  const core::WorkingColour colour(photo.raster->layout().model, photo.iccProfile);
  PictureValues picture = read(photo, colour.bands(), [&colour](const std::vector<float>& from, std::vector<float>& to) {
    colour.toWorking(from, to);
  });
  if (picture.bands == 3) return picture;
  PictureValues rgb{picture.width, picture.height, 3, {}};
  rgb.values.reserve(picture.values.size() * 3);
  for (const double value : picture.values) rgb.values.insert(rgb.values.end(), 3, value);
  return rgb;
}

}  // namespace

Comparable comparableValues(const core::Photo& a, const core::Photo& b) {
  const bool same = a.raster->layout().model == b.raster->layout().model && a.iccProfile == b.iccProfile;
  if (same) return {asStored(a), asStored(b), false};
  return {asSrgb(a), asSrgb(b), true};
}

PictureValues luma(const PictureValues& rgb) {
  PictureValues grey{rgb.width, rgb.height, 1, {}};
  grey.values.reserve(rgb.values.size() / 3);
  for (std::size_t at = 0; at + 2 < rgb.values.size(); at += 3) {
    grey.values.push_back(
        std::nearbyint(16 + (65.481 * rgb.values[at] + 128.553 * rgb.values[at + 1] + 24.966 * rgb.values[at + 2]) / 255));
  }
  return grey;
}

}  // namespace heirloom::app
