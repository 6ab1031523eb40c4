#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/progress.h"
#include "core/engine/placement.h"

namespace heirloom::app {
namespace {

struct BenchOptions {
  std::vector<std::string> names;
  std::vector<std::int64_t> sides;
  std::int64_t runs = 5;
  std::string dtype = "float32";
  std::string device = "auto";
};

class QuietObserver : public models::Observer {
 public:
  explicit QuietObserver(std::stop_token stop) : stop_(std::move(stop)) {}
  bool stopRequested() const override { return stop_.stop_requested(); }

 private:
  std::stop_token stop_;
};

/// The process's peak of resident memory since the last reset, in bytes; 0 where the system does not say.
std::uint64_t peakMemory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) * 1024;
  }
  return 0;
}

void resetPeakMemory() {
  std::ofstream("/proc/self/clear_refs") << "5";
}

struct Timing {
  double median = 0;  // seconds
  double fastest = 0;
  std::uint64_t peak = 0;
};

Timing measure(const models::Restorer& network, const models::Placement& placement, std::int64_t side,
               std::int64_t runs, const std::stop_token& stop) {
  const at::NoGradGuard noGradients;
  QuietObserver observer(stop);
  const models::Descriptor& descriptor = network.descriptor();
  const at::Tensor picture = at::rand({1, descriptor.channels, side, side}, at::kFloat).to(placement.device);
  const auto session = network.start(models::Settings(descriptor.parameters), placement, observer);
  // A sum needs every pixel, so that a device that works behind our back has ended.
  const auto once = [&] { return session->restore(picture).sum().item<float>(); };
  resetPeakMemory();
  once();
  once();
  std::vector<double> seconds;
  for (std::int64_t run = 0; run < runs; ++run) {
    const auto begin = std::chrono::steady_clock::now();
    once();
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  std::sort(seconds.begin(), seconds.end());
  return {seconds[seconds.size() / 2], seconds.front(), peakMemory()};
}

int bench(const BenchOptions& options, Context& context) {
  Report& report = context.report;
  std::vector<std::string> names = options.names;
  if (names.empty()) {
    for (const core::InstalledModel& model : context.library.list()) names.push_back(model.name);
  }
  std::vector<core::InstalledModel> models;
  for (const std::string& name : names) models.push_back(requireModel(context.library, name));
  requireDevice(options.device);
  if (models.empty()) {
    report.error(Error(HEIRLOOM_TEXT("bench.none", "no models are installed"),
                       HEIRLOOM_TEXT("bench.none.remedy", "name a checkpoint file")));
    return kNothingToDo;
  }
  const core::Placed placed = core::place(options.device, options.dtype);
  for (const Message& note : placed.notes) report.warning(note);
  const std::string device = placed.placement.device.str();
  const int threads = at::get_num_threads();
  report.document["device"] = device;
  report.document["threads"] = threads;
  report.document["precision"] = toString(placed.placement.precision);
  report.document["items"] = Json::array();
  report.line("on " + device + ", " + std::to_string(threads) + " threads, median of " + std::to_string(options.runs) +
              " runs");
  const std::vector<std::int64_t> sides = options.sides.empty() ? std::vector<std::int64_t>{256, 512} : options.sides;
  ProgressBar bar;
  for (std::size_t i = 0; i < models.size(); ++i) {
    const auto network = loadModel(context, names[i]);
    for (const std::int64_t side : sides) {
      bar.start(models[i].name);
      bar.show(static_cast<double>(i) / static_cast<double>(models.size()),
               std::to_string(side) + " x " + std::to_string(side));
      const Timing timing = measure(*network, placed.placement, side, options.runs, context.stop);
      bar.clear();
      const double pixels = static_cast<double>(side) * static_cast<double>(side);
      const double gflops = network->descriptor().flopPerPixel * pixels / timing.median / 1e9;
      report.document["items"].push_back({{"model", models[i].name},
                                          {"family", network->descriptor().family},
                                          {"width", side},
                                          {"height", side},
                                          {"runs", options.runs},
                                          {"median_ms", timing.median * 1e3},
                                          {"fastest_ms", timing.fastest * 1e3},
                                          {"gflops", gflops},
                                          {"ms_per_megapixel", timing.median * 1e9 / pixels},
                                          {"peak_memory", timing.peak}});
      report.line(models[i].name + " at " + std::to_string(side) + " x " + std::to_string(side) + ": " +
                  fixed(timing.median * 1e3, 1) + " ms, " + fixed(gflops, 0) + " GFLOP/s, " +
                  fixed(timing.median * 1e9 / pixels, 0) + " ms a megapixel, peak " + bytesText(timing.peak));
    }
  }
  return kDone;
}

}  // namespace

void addBench(CLI::App& program, Command& chosen) {
  const auto options = std::make_shared<BenchOptions>();
  Arguments arguments(program, "bench",
                      "Measures time and memory of networks on this machine. Without NAME, of all that are installed.",
                      "heirloom-cli bench heirloom-denoise --size 512 --runs 9");
  arguments.positionals("NAME", false, [options](const std::string& value) { options->names.push_back(value); });
  arguments.list(
      "--size", "SIDE",
      [options](const std::string& value) { options->sides.push_back(readInteger("--size", value, 1, 1 << 15)); },
      "of the square picture; may be given several times (256 and 512)");
  arguments.value(
      "--runs", "N", [options](const std::string& value) { options->runs = readInteger("--runs", value, 1, 1000); },
      "after two that do not count (default 5)");
  arguments.value(
      "--dtype", "TYPE",
      [options](const std::string& value) {
        readChoice("--dtype", value, {"float32", "bfloat16", "float16"});
        options->dtype = value;
      },
      "float32 (default), bfloat16 or float16");
  arguments.value("--device", "DEVICE", options->device, "auto (default), cpu, cuda or cuda:N");
  arguments.runs(chosen, [options](Context& context) {
    context.report.document["command"] = "bench";
    return bench(*options, context);
  });
}

}  // namespace heirloom::app
