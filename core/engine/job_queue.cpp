#include "core/engine/job_queue.h"

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace heirloom::core {

/// A job between submission and its end. Whoever moves `state` away from Queued fulfils the promise: the worker that
/// starts it, or the stop that comes first.
struct JobQueue::Entry {
  enum class State { Queued, Started, Dropped };

  explicit Entry(Job work) : job(std::move(work)) {}

  bool leave(State next) {
    State expected = State::Queued;
    return state.compare_exchange_strong(expected, next);
  }

  /// A job that never started ends at once, also while another one keeps the worker busy.
  void drop() {
    if (leave(State::Dropped)) done.set_value();
  }

  struct Drop {
    Entry* entry;
    void operator()() const { entry->drop(); }
  };

  Job job;
  std::stop_source source;
  std::promise<void> done;
  std::atomic<State> state = State::Queued;
  std::stop_callback<Drop> onStop{source.get_token(), Drop{this}};  // last: goes first, when the rest is still there
};

bool JobQueue::Handle::finished() const {
  return done_.valid() && done_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

JobQueue::JobQueue() : worker_([this](const std::stop_token& stop) { work(stop); }) {}

JobQueue::~JobQueue() {
  worker_.request_stop();
  // Outside the lock: stop callbacks of jobs may take locks of their own.
  std::deque<std::shared_ptr<Entry>> entries;
  {
    const std::lock_guard lock(mutex_);
    if (running_) entries.push_back(running_);
    entries.insert(entries.end(), fast_.begin(), fast_.end());
    entries.insert(entries.end(), ordinary_.begin(), ordinary_.end());
  }
  for (const auto& entry : entries) entry->source.request_stop();
  worker_.join();
}

JobQueue::Handle JobQueue::submit(Job job, Lane lane) {
  auto entry = std::make_shared<Entry>(std::move(job));
  Handle handle;
  handle.source_ = entry->source;
  handle.done_ = entry->done.get_future().share();
  {
    const std::lock_guard lock(mutex_);
    (lane == Lane::Fast ? fast_ : ordinary_).push_back(std::move(entry));
  }
  arrived_.notify_one();
  return handle;
}

std::size_t JobQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto* lane : {&fast_, &ordinary_}) {
    for (const auto& entry : *lane) count += entry->state == Entry::State::Queued ? 1 : 0;
  }
  return count;
}

void JobQueue::work(const std::stop_token& stop) {
  while (true) {
    std::shared_ptr<Entry> entry;
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, stop, [this] { return !fast_.empty() || !ordinary_.empty(); });
      if (stop.stop_requested()) return;
      auto& lane = fast_.empty() ? ordinary_ : fast_;
      entry = std::move(lane.front());
      lane.pop_front();
      running_ = entry;
    }
    if (entry->leave(Entry::State::Started)) {
      std::exception_ptr failure;
      try {
        entry->job(entry->source.get_token());
      } catch (...) {
        failure = std::current_exception();
      }
      // What the job holds is free before anybody hears that it ended.
      entry->job = nullptr;
      failure ? entry->done.set_exception(failure) : entry->done.set_value();
    }
    const std::lock_guard lock(mutex_);
    running_.reset();
  }
}

}  // namespace heirloom::core
