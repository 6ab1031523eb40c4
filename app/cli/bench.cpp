#include <ATen/Parallel.h>
#include <torch/types.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "app/cli/bench_timing.h"
#include "app/cli/commands.h"
#include "app/cli/progress.h"
#include "core/engine/devices.h"
#include "core/engine/placement.h"
#include "models/checkpoint/tensors.h"
#include "models/common/photo_work.h"
#include "models/common/savings.h"
#include "models/placement.h"
#include "models/registry.h"

namespace heirloom::app {
namespace {

struct BenchOptions {
  std::vector<std::string> names;
  std::vector<std::int64_t> sides;
  std::map<std::string, std::string> settings;
  std::int64_t runs = 5;
  std::string dtype;  // empty: the usual ones
  std::string device = "auto";
  bool all = false;
  bool plain = false;
  bool eager = false;
  bool savings = false;
};

/// Defaults, without pictures in between, and a matrix of zeros where a network cannot do without one: the time is the
/// same. `given` goes before that.
models::Settings usualSettings(const models::Descriptor& descriptor, const std::map<std::string, std::string>& given) {
  models::Settings settings = models::withoutPreviews(models::Settings(descriptor.parameters));
  for (const models::Parameter& parameter : descriptor.parameters) {
    if (const auto* matrix = std::get_if<models::MatrixInput>(&parameter.range)) {
      const auto count = static_cast<std::size_t>(matrix->rows * matrix->columns);
      settings.set(parameter.name,
                   models::Settings::Value(models::Grid{{}, matrix->rows, matrix->columns, std::vector<float>(count)}));
    }
  }
  for (const auto& [name, value] : given) settings.set(name, std::string_view(value));
  return settings;
}

/// What is measured: an installed network, or a public configuration with random weights.
struct Subject {
  std::string name;
  std::shared_ptr<const models::Restorer> network;
};

/// Throws UsageError for what it does not take.
models::Settings settingsOf(const Subject& subject, const BenchOptions& options) {
  try {
    return usualSettings(subject.network->descriptor(), options.settings);
  } catch (const Error& error) {
    throw UsageError{error.in(subject.name)};
  }
}

/// A folder that is gone with its owner: networks are read from files, random weights too.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "heirloom-bench-XXXXXX").string();
    if (!mkdtemp(pattern.data())) {
      throw Error(HEIRLOOM_TEXT("bench.scratch", "no temporary folder can be made"),
                  HEIRLOOM_TEXT("bench.scratch.remedy", "set TMPDIR to a folder that can be written"));
    }
    path_ = pattern;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  Subject randomNetwork(const models::PublicNetwork& network) const {
    const std::filesystem::path file = path_ / (network.name + ".safetensors");
    models::writeSafetensors(file, network.weights());
    Subject subject{network.name, models::open(file)};
    std::filesystem::remove(file);
    return subject;
  }

 private:
  std::filesystem::path path_;
};

/// The public network of that name, otherwise the first one of the family of that name.
std::optional<models::PublicNetwork> findPublic(const std::string& name) {
  std::optional<models::PublicNetwork> ofFamily;
  for (const models::Family& family : models::families()) {
    const std::vector<models::PublicNetwork> networks = family.published();
    const auto found = std::ranges::find(networks, name, &models::PublicNetwork::name);
    if (found != networks.end()) return *found;
    if (family.name == name && !networks.empty()) ofFamily = networks.front();
  }
  return ofFamily;
}

Subject subjectOf(const std::string& name, const core::ModelLibrary& library, const ScratchFolder& scratch) {
  try {
    library.find(name);
  } catch (const Error& error) {
    if (const auto network = findPublic(name)) return scratch.randomNetwork(*network);
    throw UsageError{error};
  }
  return {name, library.open(name)};
}

using Work = std::function<double(std::int64_t side)>;

/// The largest of the usual sides that a desktop's processor has done with in about a second, or that is no more work
/// than the smallest: a network of one square sees any picture as such.
std::int64_t usualSide(const Work& flopOf) {
  constexpr std::int64_t kSmallest = 64;
  const double most = std::max(7e11, flopOf(kSmallest));
  for (const std::int64_t side : {512, 256, 128}) {
    if (flopOf(side) <= most) return side;
  }
  return kSmallest;
}

/// What a table of networks shows.
constexpr std::array<std::int64_t, 3> kStandardSides = {64, 128, 256};

/// What is asked for; in a table otherwise those precisions that the device runs at speed, elsewhere float32.
std::vector<std::string> precisionsOf(const BenchOptions& options, const at::Device& device) {
  if (!options.dtype.empty()) return {options.dtype};
  std::vector<std::string> precisions = {"float32"};
  if (!options.all) return precisions;
  for (const core::DeviceInfo& info : core::devices().devices) {
    const bool fast = info.id == device.str() && std::ranges::count(info.precisions, "bfloat16") > 0;
    if (fast) precisions.emplace_back("bfloat16");
  }
  return precisions;
}

class Bench {
 public:
  Bench(const BenchOptions& options, Context& context)
      : options_(options),
        context_(context),
        placed_(core::place(options.device, "float32")),
        precisions_(precisionsOf(options, placed_.placement.device)) {
    placed_.placement.plain = options.plain;
    if (options.eager) recordings_.emplace(models::Saving::Graphs);
    Report& report = context.report;
    for (const Message& note : placed_.notes) report.warning(note);
    const std::string device = placed_.placement.device.str();
    report.document["device"] = device;
    report.document["threads"] = at::get_num_threads();
    report.document["plain"] = options.plain;
    report.document["eager"] = options.eager;
    report.document["items"] = Json::array();
    report.line("on " + device + ", " + std::to_string(at::get_num_threads()) + " threads, median of " +
                std::to_string(options.runs) + " runs");
  }

  void measure(const Subject& subject) {
    for (const Message& warning : subject.network->warnings()) context_.report.warning(warning);
    const models::Restorer& network = *subject.network;
    const models::Settings settings = settingsOf(subject, options_);
    const Work flop = [&](std::int64_t side) {
      return models::flopOf(network, settings, side, side, placed_.placement.device);
    };
    std::vector<std::int64_t> sides = options_.sides;
    if (sides.empty() && options_.all) sides.assign(kStandardSides.begin(), kStandardSides.end());
    if (sides.empty()) sides = {usualSide(flop)};
    for (const std::string& precision : precisions_) {
      for (const std::int64_t side : sides) measure(subject, settings, precision, side, flop(side));
    }
  }

 private:
  void measure(const Subject& subject, const models::Settings& settings, const std::string& precision,
               std::int64_t side, double flop) {
    const std::string how = std::to_string(side) + " x " + std::to_string(side) + " in " + precision;
    bar_.start(subject.name);
    bar_.show(0, how);
    placed_.placement.precision = models::precisionOf(precision);
    std::vector<models::NamedSaving> savings;
    if (options_.savings) savings = savingsOf(*subject.network, placed_.placement);
    const Timing timing =
        timingOf(*subject.network, settings, placed_.placement, side, options_.runs, savings, context_.stop);
    bar_.clear();
    const models::Descriptor& descriptor = subject.network->descriptor();
    const double pixels = static_cast<double>(side) * static_cast<double>(side);
    const double gflops = flop / timing.median / 1e9;
    Json stages = Json::array(), without = Json::array();
    for (const Stage& stage : timing.stages) stages.push_back({{"name", stage.name}, {"ms", stage.seconds * 1e3}});
    for (std::size_t i = 0; i < savings.size(); ++i)
      without.push_back({{"saving", std::string(savings[i].name)}, {"median_ms", timing.without[i] * 1e3}});
    context_.report.document["items"].push_back({{"model", subject.name},
                                                 {"family", descriptor.family},
                                                 {"width", side},
                                                 {"height", side},
                                                 {"precision", precision},
                                                 {"runs", options_.runs},
                                                 {"median_ms", timing.median * 1e3},
                                                 {"fastest_ms", timing.fastest * 1e3},
                                                 {"gflops", gflops},
                                                 {"ms_per_megapixel", timing.median * 1e9 / pixels},
                                                 {"peak_memory", timing.peak},
                                                 {"stages", stages},
                                                 {"without", without}});
    context_.report.line(subject.name + " at " + how + ": " + fixed(timing.median * 1e3, 1) + " ms, " +
                         fixed(gflops / 1e3, 3) + " TFLOP/s, " + fixed(timing.median * 1e9 / pixels, 0) +
                         " ms a megapixel, peak " + bytesText(timing.peak));
    for (const Stage& stage : timing.stages)
      context_.report.line("  " + stage.name + ": " + fixed(stage.seconds * 1e3, 1) + " ms");
    for (std::size_t i = 0; i < savings.size(); ++i) {
      context_.report.line("  not " + std::string(savings[i].what) + ": " + fixed(timing.without[i] * 1e3, 1) +
                           " ms, " + fixed(timing.without[i] / timing.median, 3) + " times");
    }
  }

  const BenchOptions& options_;
  Context& context_;
  core::Placed placed_;
  std::vector<std::string> precisions_;
  std::optional<models::Without> recordings_;
  ProgressBar bar_;
};

/// Networks alone: an algorithm's time is its denoiser's.
std::vector<std::string> installedNetworks(const core::ModelLibrary& library) {
  std::vector<std::string> names;
  for (const core::InstalledModel& model : library.list()) {
    if (!model.file.empty()) names.push_back(model.name);
  }
  return names;
}

int bench(const BenchOptions& options, Context& context) {
  requireDevice(options.device);
  const ScratchFolder scratch;
  const std::vector<std::string> names = !options.names.empty() ? options.names
                                         : options.all          ? std::vector<std::string>{}
                                                                : installedNetworks(context.library);
  if (names.empty() && !options.all) {
    context.report.error(Error(HEIRLOOM_TEXT("bench.none", "no models are installed"),
                               HEIRLOOM_TEXT("bench.none.remedy", "name a checkpoint file, or give --all")));
    return kNothingToDo;
  }
  std::vector<Subject> subjects;
  for (const std::string& name : names) subjects.push_back(subjectOf(name, context.library, scratch));
  for (const Subject& subject : subjects) settingsOf(subject, options);
  Bench run(options, context);
  for (const Subject& subject : subjects) run.measure(subject);
  if (!names.empty()) return kDone;
  for (const models::Family& family : models::families()) {
    const std::vector<models::PublicNetwork> published = family.published();
    if (!published.empty()) run.measure(scratch.randomNetwork(published.front()));
  }
  return kDone;
}

}  // namespace

void addBench(CLI::App& program, Command& chosen) {
  const auto options = std::make_shared<BenchOptions>();
  Arguments arguments(program, "bench", "Measures time and memory of networks, by default of all installed ones.",
                      "heirloom-cli bench heirloom-denoise --size 512 --runs 9");
  arguments.positionals("NAME", false, [options](const std::string& value) { options->names.push_back(value); });
  arguments.list(
      "--size", "SIDE",
      [options](const std::string& value) { options->sides.push_back(readInteger("--size", value, 1, 1 << 15)); },
      "of the square; repeatable (default: a second's work; --all: 64 to 256)");
  arguments.list(
      "--set", "NAME=VALUE", [options](const std::string& value) { addSetting(options->settings, "--set", value); },
      "a setting of the networks; otherwise the defaults, without previews");
  arguments.flag("--all", options->all, "a table: every family, or the NAMEs: models, public networks, families");
  arguments.flag("--plain", options->plain, "without fused and packed layers, to see what they are worth");
  arguments.flag("--eager", options->eager, "without CUDA graphs, for the same reason");
  arguments.flag("--savings", options->savings, "of a diffusion also without each saving that changes no result");
  arguments.value(
      "--runs", "N", [options](const std::string& value) { options->runs = readInteger("--runs", value, 1, 1000); },
      "after two that do not count (default 5)");
  arguments.value(
      "--dtype", "TYPE",
      [options](const std::string& value) {
        readChoice("--dtype", value, {"float32", "bfloat16", "float16"});
        options->dtype = value;
      },
      "float32 (default), bfloat16 or float16; --all: the first two where fast");
  arguments.value("--device", "DEVICE", options->device, "auto (default), cpu, cuda or cuda:N");
  arguments.runs(chosen, [options](Context& context) {
    context.report.document["command"] = "bench";
    return bench(*options, context);
  });
}

}  // namespace heirloom::app
