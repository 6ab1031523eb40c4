#pragma once

#include <functional>
#include <vector>

#include "core/engine/run.h"
#include "core/photo/photo.h"

namespace heirloom::tests {

/// A photo of `layout` whose samples are `sample(x, y, band)` in 0..1.
core::Photo photoOf(const core::Layout& layout, const std::function<double(std::int64_t, std::int64_t, int)>& sample);

/// One with texture in every band: neighbouring samples differ, none is 0 or 1.
core::Photo texturedPhoto(const core::Layout& layout);

/// All samples in 0..1 (floats as they are), rows of interleaved bands.
std::vector<float> samplesOf(const core::Raster& raster);

/// The largest difference between two rasters' samples, in code values of `a` (floats: as they are).
double largestDifference(const core::Raster& a, const core::Raster& b);

/// A recipe of one step.
core::Recipe recipeOf(const std::string& model, std::map<std::string, std::string> settings = {});

/// Writes down everything it is told.
class Diary : public core::RunObserver {
 public:
  void progress(const core::Progress& progress) override { reports.push_back(progress); }
  void tileWritten(const core::Box& box) override { tiles.push_back(box); }
  void warning(const Message& message) override { warnings.push_back(message); }

  std::vector<core::Progress> reports;
  std::vector<core::Box> tiles;
  std::vector<Message> warnings;
};

/// Runs `network` as the one step over `photo` on the CPU.
struct Finished {
  core::Outcome outcome;
  std::shared_ptr<const core::Raster> raster;  // in the type that `run` proposes
  Diary diary;
};
Finished runOn(const core::Photo& photo, std::shared_ptr<const models::Restorer> network, core::RunOptions options = {},
               std::map<std::string, std::string> settings = {});

}  // namespace heirloom::tests
