#include "tests/core/support/photos.h"

#include <algorithm>
#include <cmath>

namespace heirloom::tests {

core::Photo photoOf(const core::Layout& layout, const std::function<double(std::int64_t, std::int64_t, int)>& sample) {
  auto raster = std::make_shared<core::Raster>(layout);
  std::vector<float> row(static_cast<std::size_t>(layout.width * layout.bands()));
  for (std::int64_t y = 0; y < layout.height; ++y) {
    for (std::int64_t x = 0; x < layout.width; ++x) {
      for (int band = 0; band < layout.bands(); ++band) {
        row[x * layout.bands() + band] = static_cast<float>(sample(x, y, band));
      }
    }
    core::fromFloat(row, {0, y, layout.width, 1}, *raster);
  }
  core::Photo photo;
  photo.raster = raster;
  return photo;
}

core::Photo texturedPhoto(const core::Layout& layout) {
  return photoOf(layout, [](std::int64_t x, std::int64_t y, int band) {
    return 0.1 + 0.8 * static_cast<double>((x * 7 + y * 13 + band * 29 + (x * y) % 5) % 97) / 96;
  });
}

std::vector<float> samplesOf(const core::Raster& raster) {
  std::vector<float> samples(static_cast<std::size_t>(raster.width() * raster.height() * raster.layout().bands()));
  core::toFloat(raster, {0, 0, raster.width(), raster.height()}, samples);
  return samples;
}

double largestDifference(const core::Raster& a, const core::Raster& b) {
  const double codes = a.layout().type == core::SampleType::UInt8    ? 255
                       : a.layout().type == core::SampleType::UInt16 ? 65535
                                                                     : 1;
  const std::vector<float> first = samplesOf(a);
  const std::vector<float> second = samplesOf(b);
  if (first.size() != second.size()) return INFINITY;
  double largest = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(first[i]) - static_cast<double>(second[i])) * codes);
  }
  return largest;
}

core::Recipe recipeOf(const std::string& model, std::map<std::string, std::string> settings) {
  return {{{model, std::move(settings), 1}}};
}

Finished runOn(const core::Photo& photo, std::shared_ptr<const models::Restorer> network, core::RunOptions options,
               std::map<std::string, std::string> settings) {
  core::ModelLibrary library({});
  library.add("network", std::move(network));
  options.device = "cpu";
  core::RasterSink sink(core::resultType(photo.raster->layout().type));
  Finished finished;
  finished.outcome = core::run(library, recipeOf("network", std::move(settings)), photo, sink, finished.diary, options);
  finished.raster = sink.raster();
  return finished;
}

}  // namespace heirloom::tests
