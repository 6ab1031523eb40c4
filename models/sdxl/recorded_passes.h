#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "models/common/graphs.h"
#include "models/sdxl/pass.h"

namespace heirloom::models {

/// Passes through a session's networks that a GPU repeats (graphs.h), with what they read beside their inputs: weights,
/// and the memories of the runs. They may serve one run after the other: what a later run keeps comes into the places
/// of the run before, in the first pass through each network, which runs as it is.
class RecordedPasses {
 public:
  explicit RecordedPasses(std::unique_ptr<Graphs> graphs) : graphs_(std::move(graphs)) {}

  /// A run begins. `shape`: the numbers on which the shapes in its memories depend; where one of them is another than
  /// in the run before, all that was recorded goes.
  void begin(const std::vector<std::int64_t>& shape) {
    if (std::exchange(shape_, shape) != shape) {
      graphs_->clear();
      memories_.clear();
    }
    graphs_->renew();
    for (auto& [number, memory] : memories_) memory.renew();
  }

  Graphs& graphs() { return *graphs_; }
  /// Of the pictures that go through together from number `first` on.
  RunMemory& memoryOf(std::int64_t first) { return memories_[first]; }

 private:
  std::vector<std::int64_t> shape_;
  std::map<std::int64_t, RunMemory> memories_;
  std::unique_ptr<Graphs> graphs_;  // goes before what its recordings read
};

}  // namespace heirloom::models
