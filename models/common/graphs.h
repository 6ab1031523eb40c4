#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "models/common/message.h"
#include "models/common/recording.h"
#include "models/restorer.h"

namespace heirloom::models {

/// Functions of tensors that are called again and again, recorded for every size of their inputs and replayed: an
/// operation then costs what it computes, and nothing for being started (CUDA graphs). The first call of a size runs as
/// it is, the second one is recorded, and its replay compared with it; from the third one on it is replayed. Where
/// recording fails or the replay differs by more than rounding, the function runs as it is for that size, and that is
/// told once. Where memory runs out everything recorded is freed, and nothing is recorded before `retry` or `renew`.
///
/// For one session, or one after the other: used by one thread at a time.
class Graphs {
 public:
  using Tell = std::function<void(const Message& message)>;

  /// `tolerance`: of a replay, relative to the largest value of a tensor. `most`: sizes that are kept, those used last.
  Graphs(std::unique_ptr<Recorder> recorder, double tolerance, Tell tell, std::size_t most = 8);
  ~Graphs();
  Graphs(const Graphs&) = delete;
  Graphs& operator=(const Graphs&) = delete;

  /// What `function` makes of `inputs`, which are not empty. `number` tells the functions of these graphs apart; one of
  /// the same number computes the same and reads the same places beside its inputs. The results are the caller's own.
  Tensors call(int number, const TensorFunction& function, const Tensors& inputs);
  /// Forgets every recording: the functions will compute something else.
  void clear();
  /// Memory may be there again.
  void retry();
  /// What the functions read beside their inputs is about to change where it lies: the next call of each size runs as
  /// it is, recorded or not, and may be what changes it. Memory may be there again, too.
  void renew();
  /// Frees the recordings of all graphs of the process that are not at work; false: there were none. Thread-safe.
  static bool releaseAll();

 private:
  struct Entry {
    std::vector<std::int64_t> key;
    bool due = true;       // the next call runs as it is
    bool refused = false;  // runs as it is
    std::unique_ptr<Recording> recording;
  };

  Entry& entryOf(std::vector<std::int64_t> key);
  Tensors recorded(Entry& entry, const TensorFunction& function, const Tensors& inputs);
  void refuse(const Message& why);

  std::unique_ptr<Recorder> recorder_;
  double tolerance_;
  Tell tell_;
  std::size_t most_;
  std::list<Entry> entries_;  // used last first; goes before the recorder
  bool told_ = false;
  bool tight_ = false;  // memory ran out

  std::recursive_mutex mutex_;  // of all that is above
  bool working_ = false;
};

/// Graphs for what is computed on `placement`, which tell `observer`; null where nothing is recorded: on the processor,
/// with plain layers, and when recording is switched off (Saving::Graphs).
std::unique_ptr<Graphs> graphsFor(const Placement& placement, Observer& observer);
/// The same with `tell` called instead.
std::unique_ptr<Graphs> graphsFor(const Placement& placement, Graphs::Tell tell);

}  // namespace heirloom::models
