#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/library/library.h"
#include "core/photo/photo.h"
#include "core/recipe/recipe.h"

namespace heirloom::models {
class KeptStep;
}

namespace heirloom::core {

/// Where the pixels of a run go. Called on the thread that runs; tiles come as they finish.
class Sink {
 public:
  virtual ~Sink() = default;
  /// Once, before the first tile: size and bands of the result (type is the sink's choice).
  virtual void begin(const Layout& layout) = 0;
  /// Interleaved samples of `box` in the file's own colours, 0..1 (CMYK: ink), bands as in `begin`. Boxes never overlap
  /// and together cover the picture.
  virtual void write(const Box& box, std::span<const float> samples) = 0;
};

/// Collects the result in a raster. 8-bit sources get 16 bit, so that strength is blended before the one rounding that
/// the file asks for.
class RasterSink : public Sink {
 public:
  explicit RasterSink(SampleType type) : type_(type) {}
  void begin(const Layout& layout) override;
  void write(const Box& box, std::span<const float> samples) override;
  std::shared_ptr<const Raster> raster() const { return raster_; }

 private:
  SampleType type_;
  std::shared_ptr<Raster> raster_;
};

/// The sample type of a cached full-strength result for a source of `type`.
SampleType resultType(SampleType type);

struct Progress {
  Message stage;        // "restoring"
  double fraction = 0;  // of the whole run, 0..1
  int tilesDone = 0;
  int tiles = 0;
  std::chrono::duration<double> elapsed{};
  /// Of long runs (20 s) from the start on, by an estimate of the work and of reading weights; from what was done so
  /// far once a tile, or a meaningful part of a progressive network's steps, is done. Nothing where neither says it.
  std::optional<std::chrono::duration<double>> remaining;
  std::string device = {};  // that computes at present: "cpu", "cuda:0"
  Message weights = {};     // how the network holds its weights there, where it decides that
};

/// What a progressive network has made of one tile so far.
struct Preview {
  int step = 0;  // iteration, scale or denoising step of this tile, from 0
  int tile = 0;  // in the order they are computed, from 0
  int tiles = 1;
  bool leading = true;             // the first of tiles that are computed together, and so the one to watch
  Box box;                         // in pixels of the result: the tile's own part, of which nothing was written yet
  std::span<const float> samples;  // of `box`, as a sink takes them; valid during the call
  /// The step by itself where the network says it, otherwise all since the step before, or since the tile was begun.
  std::chrono::duration<double> took{};
  /// How far the picture moved since the step before, where the network says it: less on photos with less damage.
  std::optional<double> change = {};
  /// From which a run goes on; null where the network keeps none, or the picture is computed in several tiles.
  std::shared_ptr<const models::KeptStep> kept = {};
};

/// Told how a run goes, on the thread that runs it.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void progress(const Progress& progress) { (void)progress; }
  virtual void tileWritten(const Box& box) { (void)box; }
  /// Previews cost a conversion of colours each; without this nobody makes them.
  virtual bool wantsPreviews() const { return false; }
  /// Of the last step of a recipe, where its network is progressive.
  virtual void preview(const Preview& preview) { (void)preview; }
  virtual void warning(const Message& message) { (void)message; }
};

struct RunOptions {
  std::string device = "auto";     // auto, cpu, cuda, cuda:N
  std::string precision = "auto";  // auto (placement.h, usualPrecision), float32, bfloat16, float16
  std::int64_t tile = 0;           // side of a tile in input pixels; 0: from the memory budget
  std::uint64_t memoryBudget = 0;  // bytes for activations; 0: a part of what is free
  std::optional<Box> first;        // the region that the person looks at, in source pixels: its tiles come first
  /// Of an earlier run over the same photo, whose recipe had the same step but for settings that may change
  /// (models::KeptStep::fixed): the run goes on from there. Null: it begins at its start.
  std::shared_ptr<const models::KeptStep> from;
  bool onlyPicture = false;  // the run ends at `from`: its result is the picture of that step, in full
  std::stop_token stop;
};

/// How a run ended. Exactly one of the three.
struct Outcome {
  enum class Status { Done, Cancelled, Failed };
  Status status = Status::Done;
  std::optional<Error> error;  // of Failed
  std::vector<Message> warnings;
  std::string device;  // that did the work in the end: "cpu", "cuda:0"
  std::int64_t tileSide = 0;
  Message weights;  // how the last network held its weights in the end, where it decides that
  std::chrono::duration<double> elapsed{};
  bool generative = false;  // one of the networks invents what the photo does not show
  /// Settings that the run chose itself, the estimated noise level say, of each step that it began.
  std::vector<std::map<std::string, std::string>> chosen;
  /// Settings that leave the way to photo and device, as these decided for each step that it began: so the run is
  /// repeated on another device, too.
  std::vector<std::map<std::string, std::string>> decided;
  /// Precision and kind of device of each step that it began, at its end: "bfloat16 on cpu", "float16 on cuda".
  std::vector<std::string> placements;
  /// Of the last step, as Preview::change, for whoever wants to know how damaged the photo is (damage_estimate.h).
  /// Empty where its network says nothing of it, and where the picture was computed in several tiles.
  std::vector<double> changes;
};

/// `recipe` with what its run chose, so that it repeats the run.
Recipe withChosen(Recipe recipe, const std::vector<std::map<std::string, std::string>>& chosen);

/// Calls `requireRoom`, which throws Error where main memory is short. What networks of `recipe` keep there since an
/// earlier run goes then, and it is called again.
void requireRoomOrRelease(const ModelLibrary& library, const Recipe& recipe, const std::function<void()>& requireRoom);

/// Runs `recipe` over `source`, each step within its mask, at full strength for the last one; the only way a picture is
/// processed. Never throws: everything that happens is in the outcome. What a network was not shown (gamut, highlights)
/// is added back to its result. `noise_level` absent from a step's settings of a network where it counts: estimated
/// from the photo.
Outcome run(const ModelLibrary& library, const Recipe& recipe, const Photo& source, Sink& sink, RunObserver& observer,
            const RunOptions& options = {});

/// Output side / input side of the whole recipe, as its models describe themselves for the settings of its steps.
/// Throws Error for an unknown model or a setting that it does not take, and beyond 1024.
int scaleOf(const ModelLibrary& library, const Recipe& recipe);

/// The picture to save or show: `strength` of the cached full-strength result over the source, in the source's sample
/// type. Where strength is 0 the source's own samples, bit for bit; an enlarged result is blended with the source
/// enlarged bicubically in its own space.
std::shared_ptr<const Raster> blend(const Raster& source, const Raster& result, double strength);

/// `blend` of one region, in the result's coordinates, into a raster of the region's size.
std::shared_ptr<const Raster> blend(const Raster& source, const Raster& result, double strength, const Box& region);

}  // namespace heirloom::core
