#include "core/engine/run.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/engine/mask.h"
#include "core/engine/noise_estimate.h"
#include "core/engine/placement.h"
#include "core/engine/speed.h"
#include "core/engine/step.h"
#include "core/library/configure.h"
#include "core/photo/memory.h"
#include "models/common/kept_networks.h"
#include "models/common/kept_step.h"
#include "models/common/photo_work.h"
#include "models/common/unread_weights.h"
#include "models/placement.h"

namespace heirloom::core {
namespace {

constexpr const char* kNoiseLevel = "noise_level";

// Seconds from which on people want to know before it begins.
constexpr double kLongRun = 20;
// FLOP that even a slow processor does in less than that: no need to time it.
constexpr double kShortRun = 1e12;
// Until so much of a run is done, what its first parts took says little about the rest: they load networks and read
// words, which is much of the time and little of the work.
constexpr double kTelling = 0.05;

/// A step with its network loaded and its settings complete but for what is estimated.
struct LoadedStep {
  ConfiguredModel model;
  double strength = 1;
  bool estimateNoise = false;
  std::shared_ptr<const Raster> mask = {};
};

LoadedStep load(const ModelLibrary& library, const Step& step) {
  LoadedStep loaded{configure(library, step.model, step.settings, Protocol::Photos), step.strength};
  const models::Settings& settings = loaded.model.settings;
  loaded.estimateNoise =
      settings.has(kNoiseLevel) && settings.counts(kNoiseLevel) && !step.settings.contains(kNoiseLevel);
  return loaded;
}

/// To a tenth, because nobody sees more and people read it; within what the network takes.
std::string noiseText(double noise, const models::Settings& settings) {
  for (const models::Parameter& parameter : settings.parameters()) {
    const auto* range = std::get_if<models::RealRange>(&parameter.range);
    if (parameter.name == kNoiseLevel && range) noise = std::clamp(noise, range->minimum, range->maximum);
  }
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, noise, std::chars_format::fixed, 1).ptr};
}

std::string placementText(const models::Placement& placement) {
  return models::precisionName(placement.precision) + " on " + (placement.device.is_cpu() ? "cpu" : "cuda");
}

/// Throws where a published protocol would give another size than the photo's result needs: before anything is
/// computed.
void requireSize(const ConfiguredModel& model, models::PixelSize photo) {
  const std::int64_t scale = model.descriptor.scale;
  const models::PixelSize size = models::resultSize(*model.network, model.settings, photo);
  if (size == models::PixelSize{photo.height * scale, photo.width * scale}) return;
  throw Error(
      HEIRLOOM_TEXT("run.size", "with these settings %1 gives a picture of %2 x %3 pixels, and the photo has %4 x %5")
          .with(model.descriptor.family, std::to_string(size.width), std::to_string(size.height),
                std::to_string(photo.width), std::to_string(photo.height)),
      HEIRLOOM_TEXT("run.size.remedy", "choose another way for photos larger than the network (setting size: auto)"));
}

/// Enlargement by steps before and by one more. Throws where sizes would overflow before anybody could refuse them.
int enlargedBy(int before, int step) {
  constexpr int kLargestScale = 1024;
  if (before <= kLargestScale / step) return before * step;
  throw Error(
      HEIRLOOM_TEXT("run.scale", "the steps enlarge the photo more than %1 times").with(std::to_string(kLargestScale)),
      HEIRLOOM_TEXT("run.scale.remedy", "leave some of them out"));
}

class RecipeRun {
  using Seconds = std::chrono::duration<double>;

 public:
  RecipeRun(const Recipe& recipe, const Photo& source, Sink& sink, RunObserver& observer, const RunOptions& options,
            Outcome& outcome)
      : recipe_(recipe), source_(source), sink_(sink), observer_(observer), options_(options), outcome_(outcome) {}

  void operator()(const ModelLibrary& library) {
    if (recipe_.steps.empty()) {
      throw Error(HEIRLOOM_TEXT("run.no_steps", "the recipe has no steps"),
                  HEIRLOOM_TEXT("run.no_steps_remedy", "choose a model"));
    }
    if (options_.from && recipe_.steps.size() > 1) {
      throw Error(HEIRLOOM_TEXT("run.from", "a recipe of several steps cannot go on from a step of one network"),
                  HEIRLOOM_TEXT("run.from_remedy", "run it from its start"));
    }
    Placed placed = place(options_.device, options_.precision);
    std::vector<LoadedStep> steps;
    std::vector<double> costs;
    double unread = 0;  // bytes
    std::int64_t width = source_.raster->width(), height = source_.raster->height();
    int scale = 1;
    for (const Step& step : recipe_.steps) {
      steps.push_back(load(library, step));
      if (!step.mask.empty()) steps.back().mask = readMask(step.mask, width, height);
      const ConfiguredModel& model = steps.back().model;
      scale = enlargedBy(scale, model.descriptor.scale);
      requireSize(model, {height, width});
      const models::Settings settings =
          observer_.wantsPreviews() ? model.settings : models::withoutPreviews(model.settings);
      const double work = models::flopOf(*model.network, settings, height, width, placed.placement.device);
      costs.push_back(std::max(work, static_cast<double>(width * height)));
      // Of a kept step's picture only the decoder is read.
      if (!options_.onlyPicture) {
        const models::Placement placement = placementOf(steps.back(), placed.placement);
        unread += static_cast<double>(models::bytesToRead(*model.network, settings, placement));
      }
      outcome_.generative = outcome_.generative || model.descriptor.generative;
      width *= model.descriptor.scale;
      height *= model.descriptor.scale;
    }
    const double total = [&] {
      double sum = 0;
      for (const double cost : costs) sum += cost;
      return sum;
    }();

    requireRoomOrRelease(library, recipe_, [&] { requireRoomFor(steps); });
    for (const Message& note : placed.notes) warn(note);
    const WorkingColour colour(source_.raster->layout().model, source_.iccProfile);
    for (const Message& warning : colour.warnings()) warn(warning);
    for (const LoadedStep& step : steps) {
      for (const Message& note : step.model.notes) warn(note);
    }

    const double left = options_.onlyPicture ? 0 : options_.from ? options_.from->left() : 1;
    const double reading = unread / kReadPerSecond;
    if (total * left >= kShortRun || reading >= kLongRun) {
      const auto longest = static_cast<std::size_t>(std::ranges::max_element(costs) - costs.begin());
      const double working = total * left / flopPerSecond(placementOf(steps[longest], placed.placement));
      if (working + reading >= kLongRun) estimate_ = Estimate{Seconds(working), Seconds(reading)};
    }

    std::shared_ptr<const Raster> from = source_.raster;
    double spent = 0;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const bool last = i + 1 == steps.size();
      if (options_.stop.stop_requested()) throw Stopped{};
      outcome_.chosen.emplace_back();
      outcome_.decided.emplace_back();
      chooseSettings(steps[i], *from, colour);
      noteDecisions(steps[i], *from, placed.placement.device);
      RasterSink between(SampleType::Float32);
      const StepRun run{
          .network = steps[i].model.network,
          .settings = steps[i].model.settings,
          .strength = last ? 1.0 : steps[i].strength,
          .mask = steps[i].mask.get(),
          .source = *from,
          .colour = colour,
          .sink = last ? sink_ : between,
          .options = options_,
          .placement = placementOf(steps[i], placed.placement),
          .first = firstOf(*from),
          .progress =
              [&](const Progress& progress) {
                report(progress, spent / total, costs[i] / total, steps[i].model.descriptor.progressive);
              },
          .warning = [this](const Message& warning) { warn(warning); },
          .written =
              [&](const Box& box) {
                if (last) observer_.tileWritten(box);
              },
          .preview = last && observer_.wantsPreviews() ? [this](const Preview& preview) { observer_.preview(preview); }
                                                       : std::function<void(const Preview&)>{},
      };
      outcome_.placements.push_back(placementText(run.placement));
      const StepResult result = runStep(run);
      placed.placement = result.placement;  // what fell back to the processor stays there
      noteDecisions(steps[i], *from, placed.placement.device);
      outcome_.device = result.placement.device.str();
      outcome_.placements.back() = placementText(result.placement);
      outcome_.tileSide = result.tileSide;
      outcome_.changes = result.changes;
      outcome_.weights = result.weights;
      spent += costs[i];
      if (!last) from = between.raster();
      letGo(*steps[i].model.network, *steps[(i + 1) % steps.size()].model.network, placed.placement.device);
    }
  }

 private:
  /// `placement` with the precision of this step's network.
  models::Placement placementOf(const LoadedStep& step, models::Placement placement) const {
    if (options_.precision == "auto") {
      const SampleType source = source_.raster->layout().type;
      placement.precision = usualPrecision(placement.device, step.model.descriptor, source);
    }
    return placement;
  }

  /// What a step's network keeps in memory is in the way of another one, be it the next photo's first.
  static void letGo(const models::Restorer& done, const models::Restorer& next, const at::Device& device) {
    if (&done != &next && models::releaseNetworks(done)) models::releaseFreedMemory(device);
  }

  /// For what the steps make. A step's source and its result are there at the same time.
  void requireRoomFor(const std::vector<LoadedStep>& steps) const {
    Layout layout = source_.raster->layout();
    const SampleType last = resultType(layout.type);
    std::uint64_t before = 0;  // the photo itself is there already
    for (std::size_t i = 0; i < steps.size(); ++i) {
      layout.width *= steps[i].model.descriptor.scale;
      layout.height *= steps[i].model.descriptor.scale;
      layout.type = i + 1 == steps.size() ? last : SampleType::Float32;
      requireRoomForResults({before, layout.bytes()});
      before = layout.bytes();
    }
  }

  void chooseSettings(LoadedStep& step, const Raster& from, const WorkingColour& colour) {
    if (!step.estimateNoise) return;
    const double noise = estimateNoise(from, colour, step.model.descriptor.channels);
    const std::string text = noiseText(noise, step.model.settings);
    step.model.settings.set(kNoiseLevel, std::string_view(text));
    outcome_.chosen.back()[kNoiseLevel] = text;
  }

  void noteDecisions(const LoadedStep& step, const Raster& from, const at::Device& device) {
    outcome_.decided.back() =
        models::decidedSettings(*step.model.network, step.model.settings, from.height(), from.width(), device);
  }

  /// The region that is looked at, in pixels of this step's source.
  std::optional<Box> firstOf(const Raster& from) const {
    if (!options_.first) return std::nullopt;
    const std::int64_t factor = from.width() / source_.raster->width();
    const Box& box = *options_.first;
    return Box{box.x * factor, box.y * factor, box.width * factor, box.height * factor};
  }

  void report(Progress progress, double before, double share, bool progressive) {
    progress.fraction = std::clamp(before + share * progress.fraction, 0.0, 1.0);
    progress.elapsed = std::chrono::steady_clock::now() - started_;
    const bool tileDone = progress.tilesDone > 0;
    if (!tileDone && (progress.fraction == 0 || (progressive && progress.fraction < kTelling)))
      begun_ = {progress.fraction, progress.elapsed};
    progress.remaining = remaining(progress, tileDone || progressive || before > 0, tileDone && !progressive);
    observer_.progress(progress);
  }

  /// `telling`: a part is done that the rest is like. `alike`: it is a tile, and however small, the others of its step
  /// take as long.
  std::optional<std::chrono::duration<double>> remaining(const Progress& now, bool telling, bool alike) const {
    const double done = now.fraction - begun_.fraction;
    const std::chrono::duration<double> took = now.elapsed - begun_.elapsed;
    if (telling && (done >= kTelling || (alike && recipe_.steps.size() == 1)))
      return took * ((1 - now.fraction) / done);
    if (!estimate_) return std::nullopt;
    // Some of the reading is no part of the work, the rest of it is done within its first part.
    const Seconds unread = std::max(Seconds(0), estimate_->reading - begun_.elapsed);
    const Seconds left = estimate_->working * (1 - begun_.fraction) + unread - took;
    return left.count() > 0 ? std::optional(left) : std::nullopt;  // it takes longer, nobody knows how long
  }

  void warn(const Message& message) {
    outcome_.warnings.push_back(message);
    observer_.warning(message);
  }

  const Recipe& recipe_;
  const Photo& source_;
  Sink& sink_;
  RunObserver& observer_;
  const RunOptions& options_;
  Outcome& outcome_;
  struct Estimate {
    Seconds working, reading;
  };
  std::optional<Estimate> estimate_;  // of long runs
  struct {
    double fraction = 0;
    std::chrono::duration<double> elapsed{};
  } begun_;  // the report from which on the work is timed
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace

Recipe withChosen(Recipe recipe, const std::vector<std::map<std::string, std::string>>& chosen) {
  for (std::size_t i = 0; i < std::min(chosen.size(), recipe.steps.size()); ++i)
    recipe.steps[i].settings.insert(chosen[i].begin(), chosen[i].end());
  return recipe;
}

void requireRoomOrRelease(const ModelLibrary& library, const Recipe& recipe, const std::function<void()>& requireRoom) {
  try {
    requireRoom();
  } catch (const Error&) {
    bool released = false;
    for (const Step& step : recipe.steps)
      released = models::releaseNetworks(*load(library, step).model.network) || released;
    if (!released) throw;
    models::releaseFreedMemory(at::kCPU);
    requireRoom();
  }
}

Outcome run(const ModelLibrary& library, const Recipe& recipe, const Photo& source, Sink& sink, RunObserver& observer,
            const RunOptions& options) {
  const c10::InferenceMode inference;
  const auto started = std::chrono::steady_clock::now();
  Outcome outcome;
  const auto fail = [&](const Error& error) {
    outcome.status = Outcome::Status::Failed;
    outcome.error = error.file().empty() && !source.file.empty() ? error.in(source.file) : error;
  };
  const auto unexpected = [&](const std::string& what) {
    fail(Error(HEIRLOOM_TEXT("run.unexpected", "the run failed: %1").with(oneLine(what.substr(0, what.find('\n')))),
               HEIRLOOM_TEXT("run.unexpected_remedy", "try another model, or the processor as the device (cpu)")));
  };
  try {
    RecipeRun(recipe, source, sink, observer, options, outcome)(library);
  } catch (const Stopped&) {
    outcome.status = Outcome::Status::Cancelled;
  } catch (const Error& error) {
    fail(error);
  } catch (const std::bad_alloc&) {
    fail(Error(HEIRLOOM_TEXT("run.bad_alloc", "there is not enough memory for this run"),
               HEIRLOOM_TEXT("run.no_memory_remedy", "close other programs, or choose a smaller network")));
  } catch (const std::exception& error) {
    unexpected(error.what());
  } catch (...) {
    unexpected("unknown cause");
  }
  outcome.elapsed = std::chrono::steady_clock::now() - started;
  return outcome;
}

int scaleOf(const ModelLibrary& library, const Recipe& recipe) {
  int scale = 1;
  for (const Step& step : recipe.steps) {
    // Any setting may change the scale, except the blend, which mixes networks of the same one and takes long.
    std::map<std::string, std::string> settings = step.settings;
    settings.erase(kBlend);
    scale = enlargedBy(scale, configure(library, step.model, settings, Protocol::Photos).descriptor.scale);
  }
  return scale;
}

}  // namespace heirloom::core
