#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "models/checkpoint/state_dict.h"
#include "models/common/graphs.h"
#include "models/restorevar/network.h"

namespace heirloom::models {

/// The network of one session, and of the next one on the same place, filled from its mapped files when it is first
/// asked for: each layer straight into the form that it computes with, so that nothing of gigabytes lies in memory
/// twice.
class PlacedRestoreVar {
 public:
  /// `graphs`: for what is recorded; null: the usual ones of the placement.
  PlacedRestoreVar(StateDict tensors, const RestoreVarConfig& config, const Placement& placement,
                   std::shared_ptr<Graphs> graphs = nullptr)
      : tensors_(std::move(tensors)), config_(config), placement_(placement), graphs_(std::move(graphs)) {}
  PlacedRestoreVar(const PlacedRestoreVar&) = delete;
  PlacedRestoreVar& operator=(const PlacedRestoreVar&) = delete;

  /// `observer` is asked for a stop before each tensor that is read. On the processor, whose system ends programs that
  /// take too much, throws Error where weights and a square have no room.
  RestoreVarNetwork& network(Observer& observer);
  /// What is recorded of its runs, in this session and in those before; tells `observer`. Null: nothing is recorded.
  std::shared_ptr<Graphs> graphs(Observer& observer);
  /// Forgets the session's observer.
  void endSession() { observer_ = nullptr; }
  void drop();
  bool empty() const { return network_.is_empty(); }

  const RestoreVarConfig& config() const { return config_; }
  const Placement& placement() const { return placement_; }
  /// Bytes of what is still to be placed, and of one square's run.
  std::uint64_t needed() const;

 private:
  StateDict tensors_;
  RestoreVarConfig config_;
  Placement placement_;
  RestoreVarNetwork network_{nullptr};
  std::shared_ptr<Graphs> graphs_;  // of the network: goes before it
  Observer* observer_ = nullptr;
};

/// The Error of a network that has no room on the processor: what it needs, what is free, what to do.
Error noRoomFor(const PlacedRestoreVar& network);

}  // namespace heirloom::models
