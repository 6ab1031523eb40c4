#include "core/engine/job_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <stdexcept>
#include <string>
#include <vector>

namespace heirloom::core {
namespace {

using namespace std::chrono_literals;

/// Stands for a network over a picture: computes tiles, asks before each whether to stop.
class TiledWork {
 public:
  explicit TiledWork(int tiles) : tiles_(tiles) {}

  void operator()(const std::stop_token& stop) {
    started_.count_down();
    for (int tile = 0; tile < tiles_ && !stop.stop_requested(); ++tile) {
      for (int i = 0; i < 1000; ++i) value_ = value_ * 1.0001 + tile;
      ++done_;
    }
  }

  void waitUntilStarted() { started_.wait(); }
  int done() const { return done_; }

 private:
  const int tiles_;
  std::latch started_{1};
  std::atomic<int> done_ = 0;
  double value_ = 1;
};

constexpr int kEndless = 1'000'000'000;

/// Keeps the worker busy until opened, so that what is submitted meanwhile really queues up.
class Gate {
 public:
  explicit Gate(JobQueue& queue)
      : handle_(queue.submit([this](const std::stop_token&) {
          entered_.count_down();
          open_.wait();
        })) {
    entered_.wait();
  }
  ~Gate() { open(); }
  void open() {
    if (!opened_) open_.count_down();
    opened_ = true;
    handle_.wait();
  }

 private:
  bool opened_ = false;
  std::latch entered_{1};
  std::latch open_{1};
  JobQueue::Handle handle_;
};

TEST(JobQueue, runsJobsFirstInFirstOut) {
  JobQueue queue;
  std::vector<int> order;
  std::vector<JobQueue::Handle> handles;
  Gate gate(queue);
  for (int i = 0; i < 20; ++i) {
    handles.push_back(queue.submit([&order, i](const std::stop_token&) { order.push_back(i); }));
  }
  EXPECT_EQ(queue.waiting(), 20u);
  gate.open();
  for (auto& handle : handles) handle.get();
  ASSERT_EQ(order.size(), 20u);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(order[i], i);
}

TEST(JobQueue, servesTheFastLaneFirst) {
  JobQueue queue;
  std::string order;
  Gate gate(queue);
  auto slow = queue.submit([&order](const std::stop_token&) { order += 'o'; });
  auto last = queue.submit([&order](const std::stop_token&) { order += 'p'; });
  auto first = queue.submit([&order](const std::stop_token&) { order += 'f'; }, JobQueue::Lane::Fast);
  auto second = queue.submit([&order](const std::stop_token&) { order += 'g'; }, JobQueue::Lane::Fast);
  gate.open();
  last.wait();
  EXPECT_EQ(order, "fgop");
}

TEST(JobQueue, aJobThatThrowsNeverTakesTheNextOneWithIt) {
  JobQueue queue;
  auto failing = queue.submit([](const std::stop_token&) { throw std::runtime_error("the network fell over"); });
  TiledWork work(10);
  auto next = queue.submit([&work](const std::stop_token& stop) { work(stop); });
  EXPECT_THROW(failing.get(), std::runtime_error);
  EXPECT_NO_THROW(next.get());
  EXPECT_EQ(work.done(), 10);
}

TEST(JobQueue, survivesAnExceptionOfAnyType) {
  JobQueue queue;
  auto odd = queue.submit([](const std::stop_token&) { throw 42; });
  EXPECT_THROW(odd.get(), int);
  queue.submit([](const std::stop_token&) {}).get();
}

TEST(JobQueue, aStoppedJobInTheQueueNeverStarts) {
  JobQueue queue;
  bool ran = false;
  Gate gate(queue);
  auto handle = queue.submit([&ran](const std::stop_token&) { ran = true; });
  handle.stop();
  EXPECT_TRUE(handle.finished());  // at once, although the worker is busy
  EXPECT_EQ(queue.waiting(), 0u);
  gate.open();
  queue.submit([](const std::stop_token&) {}).get();
  EXPECT_NO_THROW(handle.get());
  EXPECT_FALSE(ran);
}

TEST(JobQueue, aRunningJobIsToldToStop) {
  JobQueue queue;
  TiledWork work(kEndless);
  auto handle = queue.submit([&work](const std::stop_token& stop) { work(stop); });
  work.waitUntilStarted();
  EXPECT_FALSE(handle.finished());
  handle.stop();
  handle.get();
  EXPECT_TRUE(handle.finished());
  EXPECT_LT(work.done(), kEndless);
}

TEST(JobQueue, stoppingOneJobLeavesTheOthersAlone) {
  JobQueue queue;
  TiledWork endless(kEndless);
  TiledWork next(5);
  auto first = queue.submit([&endless](const std::stop_token& stop) { endless(stop); });
  auto second = queue.submit([&next](const std::stop_token& stop) { next(stop); });
  endless.waitUntilStarted();
  first.stop();
  second.get();
  EXPECT_EQ(next.done(), 5);
}

TEST(JobQueue, theDestructorStopsWhatRunsDropsWhatWaitsAndWaits) {
  TiledWork work(kEndless);
  bool ran = false;
  JobQueue::Handle running;
  JobQueue::Handle queued;
  {
    JobQueue queue;
    running = queue.submit([&work](const std::stop_token& stop) { work(stop); });
    queued = queue.submit([&ran](const std::stop_token&) { ran = true; });
    work.waitUntilStarted();
  }
  EXPECT_TRUE(running.finished());
  EXPECT_TRUE(queued.finished());
  EXPECT_FALSE(ran);
}

TEST(JobQueue, destroyingAHandleLeavesTheJobAlone) {
  JobQueue queue;
  TiledWork work(3);
  {
    auto handle = queue.submit([&work](const std::stop_token& stop) { work(stop); });
  }
  queue.submit([](const std::stop_token&) {}).get();
  EXPECT_EQ(work.done(), 3);
}

TEST(JobQueue, releasesWhatAJobHoldsBeforeItReportsTheEnd) {
  struct Photo {
    ~Photo() { goneBeforeTheEnd = !handle.finished(); }
    const JobQueue::Handle& handle;
    bool& goneBeforeTheEnd;
  };
  JobQueue queue;
  JobQueue::Handle handle;
  bool goneBeforeTheEnd = false;
  Gate gate(queue);
  handle =
      queue.submit([photo = std::shared_ptr<Photo>(new Photo{handle, goneBeforeTheEnd})](const std::stop_token&) {});
  gate.open();
  handle.wait();
  EXPECT_TRUE(goneBeforeTheEnd);
}

TEST(JobQueue, servesManySubmittersAtOnce) {
  constexpr int kThreads = 8;
  constexpr int kJobs = 200;
  std::atomic<int> ran = 0;
  std::atomic<int> together = 0;
  std::atomic<bool> overlapped = false;
  {
    JobQueue queue;
    std::vector<std::jthread> submitters;
    for (int thread = 0; thread < kThreads; ++thread) {
      submitters.emplace_back([&, thread] {
        std::vector<JobQueue::Handle> handles;
        for (int job = 0; job < kJobs; ++job) {
          const auto lane = (job + thread) % 3 == 0 ? JobQueue::Lane::Fast : JobQueue::Lane::Ordinary;
          handles.push_back(queue.submit(
              [&](const std::stop_token&) {
                if (together++ != 0) overlapped = true;
                ++ran;
                --together;
              },
              lane));
        }
        for (auto& handle : handles) handle.get();
      });
    }
  }
  EXPECT_EQ(ran, kThreads * kJobs);
  EXPECT_FALSE(overlapped);
}

TEST(JobQueue, stopsAndEndsMayMeetAtAnyMoment) {
  JobQueue queue;
  for (int round = 0; round < 300; ++round) {
    TiledWork work(20);
    auto handle = queue.submit([&work](const std::stop_token& stop) { work(stop); });
    std::jthread stopper([&handle] { handle.stop(); });
    handle.wait();
    EXPECT_TRUE(handle.finished());
  }
}

}  // namespace
}  // namespace heirloom::core
