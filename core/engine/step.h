#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/colour/working_colour.h"
#include "core/engine/run.h"
#include "models/restorer.h"

namespace heirloom::core {

/// One network over one raster: what `run` does for each step of a recipe.
struct StepRun {
  std::shared_ptr<const models::Restorer> network;
  models::Settings settings;
  double strength = 1;           // applied in float
  const Raster* mask = nullptr;  // likewise, as `readMask` gives it; null: the result counts everywhere
  const Raster& source;
  const WorkingColour& colour;  // of the source
  Sink& sink;
  const RunOptions& options;
  models::Placement placement;
  std::optional<Box> first;                // in source pixels
  std::function<void(Progress)> progress;  // fraction of this step; elapsed and remaining are the caller's
  std::function<void(const Message&)> warning;
  std::function<void(const Box&)> written;      // in pixels of the result
  std::function<void(const Preview&)> preview;  // empty: nobody wants any
};

struct StepResult {
  models::Placement placement;  // where the step ended
  std::int64_t tileSide = 0;    // of the first tile
  std::vector<double> changes;  // as Outcome has them
  Message weights;              // likewise
};

/// Throws Stopped, and Error when memory does not suffice for the smallest tile or the network computes nonsense (NaN,
/// infinities, one constant where the source is not constant).
StepResult runStep(const StepRun& run);

}  // namespace heirloom::core
