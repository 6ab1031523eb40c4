#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "core/engine/tiler.h"
#include "models/common/kept_step.h"
#include "models/common/whole_statistics.h"
#include "models/restorer.h"

namespace heirloom::core {

/// A network at work on tiles, for one step of a run. Out of memory is an event here: what was freed is given back, the
/// tile halved and the failed tile computed again; then the CPU takes over; then it is an error.
class TileNetwork {
 public:
  /// Which of the tiles given to `restore`, and which part of them, the session computes in one go.
  struct Share {
    double from = 0;  // of the call's whole work, 0..1
    double to = 1;
    std::int64_t first = 0;  // of the tiles
    Box box;                 // in the tile's source pixels; less than the tile where memory is short

    /// The same tile and box with the work of part `index` of `count` equal ones.
    Share part(std::int64_t index, std::int64_t count) const;
  };
  /// What a progressive network shows on its way.
  struct Shown {
    int step = 0;
    Share share;
    at::Tensor pictures;           // as models::Observer::preview gives them, one for each tile of the share
    std::optional<double> change;  // how far they moved since the step before, in the network's own measure
    std::shared_ptr<const models::KeptStep> kept;       // from which the share goes on; null: the network keeps none
    std::optional<std::chrono::duration<double>> took;  // what the step took by itself, where the network says it
  };
  struct Listener {
    std::function<void(const Message& stage, double fraction)> progress;  // fraction of this call of `restore`
    std::function<void(const Message& warning)> warning;
    std::function<void(const Shown& shown)> preview = {};  // empty: nobody wants any
    /// Where the network computes from now on, and how its weights are held there, once it says so.
    std::function<void(const at::Device& device, const Message& weights)> placed = {};
  };

  /// What tiles are cut from, for networks that look beyond them (models::PhotoAround) or compute statistics of the
  /// whole.
  struct Picture {
    std::int64_t width = 0;
    std::int64_t height = 0;
    std::function<at::Tensor(const Box& box)> shown = {};  // float32 1 C H W on the CPU, as `restore` is given tiles
  };

  /// `budget`: bytes for activations; 0: a part of what is free. `from`: of the one tile that is restored; null: all
  /// runs begin at their start. `onlyPicture`: as models::StepKeeper has it. Throws Error when not even the smallest
  /// tile has room.
  TileNetwork(std::shared_ptr<const models::Restorer> network, models::Settings settings, models::Placement placement,
              std::uint64_t budget, std::stop_token stop, Listener listener,
              std::shared_ptr<const models::KeptStep> from = nullptr, bool onlyPicture = false);
  ~TileNetwork();

  /// From now on tiles are those of `picture`. Where they are smaller than it, and the network computes statistics of
  /// the whole, they share those of a sample, which is shown to the network before the first of them. Without a picture
  /// each tile has its own.
  void begin(Picture picture);

  /// Pixels of all tiles that may go through the network at once, as far as is known now.
  std::int64_t areaLimit() const { return areaLimit_; }
  const at::Device& device() const { return placement_.device; }
  /// How far the pictures of what went through the network last moved from step to step, in the network's own measure.
  std::vector<double> changes() const;

  /// float32 N C H W on the CPU to float32 N C H*scale W*scale on the CPU. `boxes`: of the tiles in the photo that they
  /// are cut from; empty: of none. Throws Stopped and Error.
  at::Tensor restore(const at::Tensor& tiles, std::vector<Box> boxes = {});

 private:
  class SessionObserver;

  void place(models::Placement placement, std::uint64_t budget);
  at::Tensor within(const at::Tensor& tiles, const Share& share);
  at::Tensor inParts(const at::Tensor& tile, const Share& share);
  void shrink(const at::Tensor& tiles);
  bool hasRoom(std::int64_t pixels) const;
  bool wantsSample(const at::Tensor& tiles) const;
  /// Fills `statistics_`; they stay empty where not one patch of the picture has room. `from`: of the call's whole
  /// work.
  void gather(double from);
  /// Frees what an earlier session left, once; false: there was nothing.
  bool releaseKept();

  std::shared_ptr<const models::Restorer> network_;
  models::Settings settings_;
  models::Placement placement_;
  std::stop_token stop_;
  Listener listener_;
  std::shared_ptr<const models::KeptStep> from_;
  bool onlyPicture_;
  std::vector<at::Tensor> changes_;  // one number each, where the network left them
  models::Descriptor described_;     // of these settings
  TileRules rules_;
  std::int64_t areaLimit_ = 0;
  Picture picture_;
  std::vector<Box> boxes_;              // in it, of the tiles at hand
  models::WholeStatistics statistics_;  // of the picture; empty: tiles have their own
  bool sampled_ = false;
  bool tight_ = false;  // memory ran out once: nothing is batched any more
  bool released_ = false;
  std::unique_ptr<SessionObserver> observer_;
  std::unique_ptr<models::Session> session_;  // last: knows the observer
};

}  // namespace heirloom::core
