#include "app/cli/bench_timing.h"

#include <c10/core/CachingDeviceAllocator.h>
#include <torch/types.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <utility>

#include "models/placement.h"

namespace heirloom::app {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Times what a network reports of itself.
class StageClock : public models::Observer {
 public:
  explicit StageClock(std::stop_token stop) : stop_(std::move(stop)) {}
  void begin() {
    stages_.clear();
    last_ = Clock::now();
  }
  /// Each with all its time, in the order in which they first ended.
  const std::vector<Stage>& stages() const { return stages_; }

  void progress(const Message& stage, double) override {
    const std::string name = stage.english();
    const auto known = std::ranges::find(stages_, name, &Stage::name);
    Stage& ended = known == stages_.end() ? stages_.emplace_back(Stage{name}) : *known;
    ended.seconds += secondsSince(last_);
    last_ = Clock::now();
  }
  bool stopRequested() const override { return stop_.stop_requested(); }

 private:
  std::stop_token stop_;
  std::vector<Stage> stages_;
  Clock::time_point last_;
};

/// The peak since the last reset, in bytes: of the process's resident memory, 0 where the system does not say; on a GPU
/// of what tensors take there.
std::uint64_t peakMemory(const at::Device& device) {
  if (!device.is_cpu()) {
    const auto stats = c10::getDeviceAllocator(device.type())->getDeviceStats(device.index());
    constexpr auto kAll = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
    return static_cast<std::uint64_t>(stats.allocated_bytes[kAll].peak);
  }
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) * 1024;
  }
  return 0;
}

void resetPeakMemory(const at::Device& device) {
  models::releaseFreedMemory(device);  // what a larger network had before
  if (device.is_cpu()) {
    std::ofstream("/proc/self/clear_refs") << "5";
  } else {
    c10::getDeviceAllocator(device.type())->resetPeakStats(device.index());
  }
}

/// Without it networks are placed anew, which is no part of what is timed.
bool placesAnew(const models::NamedSaving& saving) {
  return saving.saving == models::Saving::Layout;
}

double medianOf(std::vector<double> seconds) {
  std::ranges::sort(seconds);
  return seconds[seconds.size() / 2];
}

}  // namespace

std::vector<models::NamedSaving> savingsOf(const models::Restorer& network, const models::Placement& placement) {
  const std::vector<models::Saving> made = models::savingsOf(network);
  const auto counts = [&](models::Saving saving) {
    if (std::ranges::count(made, saving) == 0 || !models::saves(saving)) return false;
    if (saving == models::Saving::Graphs) return placement.device.is_cuda() && !placement.plain;
    if (saving == models::Saving::Ahead) return placement.device.is_cuda();  // nobody waits for the processor
    return saving != models::Saving::Norms || !placement.plain;
  };
  std::vector<models::NamedSaving> found;
  std::ranges::copy_if(models::allSavings(), std::back_inserter(found), counts, &models::NamedSaving::saving);
  return found;
}

Timing timingOf(const models::Restorer& network, const models::Settings& settings, const models::Placement& placement,
                std::int64_t side, std::int64_t runs, const std::vector<models::NamedSaving>& savings,
                const std::stop_token& stop) {
  const at::NoGradGuard noGradients;
  StageClock observer(stop);
  const models::Descriptor& descriptor = network.descriptor();
  const at::Tensor picture = at::rand({1, descriptor.channels, side, side}, at::kFloat).to(placement.device);
  const auto session = network.start(settings, placement, observer);
  // A sum needs every pixel, so that a device that works behind our back has ended.
  const auto once = [&] { return session->restore(picture).sum().item<float>(); };
  const auto timed = [&] {
    const Clock::time_point begin = Clock::now();
    observer.begin();
    once();
    return secondsSince(begin);
  };
  resetPeakMemory(placement.device);
  once();
  once();
  Timing timing;
  std::vector<double> seconds;
  std::vector<std::vector<double>> without(savings.size());
  for (std::int64_t run = 0; run < runs; ++run) {
    seconds.push_back(timed());
    if (run == 0 || savings.empty()) timing.peak = peakMemory(placement.device);
    if (descriptor.progressive && placement.device.is_cpu()) timing.stages = observer.stages();
    for (std::size_t i = 0; i < savings.size(); ++i) {
      if (placesAnew(savings[i])) continue;
      const models::Without saving(savings[i].saving);
      without[i].push_back(timed());
    }
  }
  for (std::size_t i = 0; i < savings.size(); ++i) {
    if (!placesAnew(savings[i])) continue;
    const models::Without saving(savings[i].saving);
    once();
    once();
    for (std::int64_t run = 0; run < runs; ++run) without[i].push_back(timed());
  }
  timing.median = medianOf(seconds);
  timing.fastest = *std::ranges::min_element(seconds);
  for (const std::vector<double>& each : without) timing.without.push_back(medianOf(each));
  return timing;
}

}  // namespace heirloom::app
