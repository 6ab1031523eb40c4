#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <stop_token>
#include <thread>

namespace heirloom::core {

/// One worker that runs jobs first in, first out, with a fast lane that is served before. A job that throws never takes
/// the next one with it. Knows nothing of photos and networks.
class JobQueue {
 public:
  /// Runs on the worker. Throwing ends the job only; the exception reaches whoever waits on the job's future.
  using Job = std::function<void(std::stop_token)>;
  enum class Lane { Fast, Ordinary };

  /// A submitted job. Destroying the handle leaves the job alone.
  class Handle {
   public:
    Handle() = default;
    void stop() { source_.request_stop(); }  // queued: never starts; running: its token says so
    void wait() const { done_.wait(); }
    bool finished() const;
    /// Rethrows what the job threw; Stopped-like endings of a job that never started are no error.
    void get() const { done_.get(); }

   private:
    friend class JobQueue;
    std::stop_source source_;
    std::shared_future<void> done_;
  };

  JobQueue();
  ~JobQueue();  // asks every job to stop, then waits
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;

  Handle submit(Job job, Lane lane = Lane::Ordinary);
  std::size_t waiting() const;

 private:
  struct Entry;
  void work(const std::stop_token& stop);

  mutable std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::deque<std::shared_ptr<Entry>> fast_;
  std::deque<std::shared_ptr<Entry>> ordinary_;
  std::shared_ptr<Entry> running_;
  std::jthread worker_;  // last: starts when the rest exists, ends first
};

}  // namespace heirloom::core
