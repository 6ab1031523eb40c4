#include "models/common/graphs.h"

#include <algorithm>
#include <set>
#include <string>

#include "models/common/error.h"
#include "models/common/notes.h"
#include "models/common/out_of_memory.h"
#include "models/common/savings.h"
#include "models/kernels/cuda_library.h"

namespace heirloom::models {
namespace {

constexpr double kRounding = 1e-3;      // of float32 with other algorithms, of TF32
constexpr double kHalfRounding = 2e-2;  // of 16 bits

struct Registry {
  std::mutex mutex;
  std::set<Graphs*> all;
};

// Never destroyed: sessions may end after the statics.
Registry& registry() {
  static auto* const made = new Registry;
  return *made;
}

std::vector<std::int64_t> keyOf(int number, const Tensors& inputs) {
  std::vector<std::int64_t> key = {number};
  for (const at::Tensor& input : inputs) {
    key.insert(key.end(), {static_cast<std::int64_t>(input.scalar_type()), input.dim()});
    key.insert(key.end(), input.sizes().begin(), input.sizes().end());
    key.insert(key.end(), input.strides().begin(), input.strides().end());
  }
  return key;
}

bool near(const Tensors& found, const Tensors& expected, double tolerance) {
  return std::ranges::equal(found, expected, [&](const at::Tensor& a, const at::Tensor& b) {
    if (a.sizes() != b.sizes() || a.scalar_type() != b.scalar_type()) return false;
    if (a.numel() == 0) return true;
    if (!a.is_floating_point()) return at::equal(a, b);
    const double largest = b.abs().max().item<double>();
    return (a - b).abs().max().item<double>() <= tolerance * largest;
  });
}

std::string firstLine(const std::exception& error) {
  const auto* torch = dynamic_cast<const c10::Error*>(&error);
  const std::string text = torch ? torch->what_without_backtrace() : error.what();
  return oneLine(text.substr(0, text.find('\n')));
}

/// While a function is called.
class Working {
 public:
  explicit Working(bool& working) : working_(working) { working_ = true; }
  ~Working() { working_ = false; }
  Working(const Working&) = delete;
  Working& operator=(const Working&) = delete;

 private:
  bool& working_;
};

}  // namespace

Graphs::Graphs(std::unique_ptr<Recorder> recorder, double tolerance, Tell tell, std::size_t most)
    : recorder_(std::move(recorder)), tolerance_(tolerance), tell_(std::move(tell)), most_(most) {
  const std::lock_guard lock(registry().mutex);
  registry().all.insert(this);
}

Graphs::~Graphs() {
  const std::lock_guard lock(registry().mutex);
  registry().all.erase(this);
}

Graphs::Entry& Graphs::entryOf(std::vector<std::int64_t> key) {
  const auto known = std::ranges::find(entries_, key, &Entry::key);
  if (known != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, known);
  } else {
    entries_.emplace_front().key = std::move(key);
    if (entries_.size() > most_) entries_.pop_back();
  }
  return entries_.front();
}

Tensors Graphs::call(int number, const TensorFunction& function, const Tensors& inputs) {
  const std::lock_guard lock(mutex_);
  const Working working(working_);
  if (tight_) return function(inputs);
  try {
    Entry& entry = entryOf(keyOf(number, inputs));
    if (std::exchange(entry.due, false) || entry.refused) return function(inputs);
    if (entry.recording) return entry.recording->replay(inputs);
    return recorded(entry, function, inputs);
  } catch (const std::exception& error) {
    const bool holds =
        std::ranges::any_of(entries_, [](const Entry& entry) { return entry.recording || entry.refused; });
    if (!isOutOfMemory(error) || !holds) throw;
  }
  entries_.clear();
  tight_ = true;
  return function(inputs);
}

Tensors Graphs::recorded(Entry& entry, const TensorFunction& function, const Tensors& inputs) {
  entry.refused = true;  // unless all goes well
  try {
    Recorder::Recorded made = recorder_->record(function, inputs);
    if (near(made.recording->replay(inputs), made.results, tolerance_)) {
      entry.refused = false;
      entry.recording = std::move(made.recording);
    } else {
      refuse(HEIRLOOM_TEXT("graphs.differ",
                           "a recorded run gave other values than the network itself; the GPU is told every operation "
                           "instead, which takes longer"));
    }
    return made.results;
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    if (isOutOfMemory(error)) throw;
    refuse(
        HEIRLOOM_TEXT("graphs.fail",
                      "the run of the network cannot be recorded (%1); the GPU is told every operation instead, which "
                      "takes longer")
            .with(firstLine(error)));
  }
  return function(inputs);
}

void Graphs::refuse(const Message& why) {
  if (!std::exchange(told_, true) && tell_) tell_(why);
}

void Graphs::clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
}

void Graphs::retry() {
  const std::lock_guard lock(mutex_);
  tight_ = false;
}

void Graphs::renew() {
  const std::lock_guard lock(mutex_);
  for (Entry& entry : entries_) entry.due = true;
  tight_ = false;
}

bool Graphs::releaseAll() {
  const std::lock_guard all(registry().mutex);
  bool released = false;
  for (Graphs* graphs : registry().all) {
    const std::unique_lock own(graphs->mutex_, std::try_to_lock);
    if (!own || graphs->working_) continue;
    released |= std::ranges::any_of(graphs->entries_, [](const Entry& entry) { return entry.recording != nullptr; });
    graphs->entries_.clear();
  }
  return released;
}

std::unique_ptr<Graphs> graphsFor(const Placement& placement, Observer& observer) {
  return graphsFor(placement, [&observer](const Message& message) { tell(observer, message); });
}

std::unique_ptr<Graphs> graphsFor(const Placement& placement, Graphs::Tell tell) {
  const CudaLibrary* library = placement.device.is_cuda() ? cudaLibrary() : nullptr;
  if (!library || placement.plain || !saves(Saving::Graphs)) return nullptr;
  return std::make_unique<Graphs>(library->recorder(), placement.precision == at::kFloat ? kRounding : kHalfRounding,
                                  std::move(tell));
}

}  // namespace heirloom::models
