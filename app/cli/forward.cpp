#include <torch/types.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>

#include "app/cli/commands.h"
#include "app/cli/forward_input.h"
#include "app/cli/progress.h"
#include "core/engine/placement.h"
#include "models/checkpoint/tensors.h"
#include "models/common/notes.h"

namespace heirloom::app {
namespace {

namespace fs = std::filesystem;

struct ForwardOptions {
  std::string model;
  std::string network;
  std::string input;
  std::string output;
  std::map<std::string, std::string> settings;
  std::string noise;
  std::optional<std::int64_t> seed;
  std::string dtype = "float32";
  std::string device = "cpu";
};

class ForwardObserver : public models::Observer, public models::NoteTaker {
 public:
  explicit ForwardObserver(std::stop_token stop) : stop_(std::move(stop)) {}
  void progress(const Message& stage, double fraction) override { bar_.show(fraction, stage.english()); }
  void preview(int index, const at::Tensor& picture) override {
    previews_.emplace_back("preview." + std::to_string(index), picture.to(at::kCPU, at::kFloat).contiguous());
  }
  void value(const std::string& name, const at::Tensor& tensor) override {
    values_.emplace_back(name, tensor.to(at::kCPU).contiguous());
  }
  void note(const Message& message) override {
    if (std::ranges::find(notes_, message) == notes_.end()) notes_.push_back(message);
  }
  bool stopRequested() const override { return stop_.stop_requested(); }

  void begin(const std::string& title) { bar_.start(title); }
  const models::NamedTensors& previews() const { return previews_; }
  const models::NamedTensors& values() const { return values_; }
  const std::vector<Message>& notes() const { return notes_; }

 private:
  std::stop_token stop_;
  ProgressBar bar_;
  models::NamedTensors previews_;
  models::NamedTensors values_;
  std::vector<Message> notes_;
};

/// The output may be neither the input nor the model, under whatever name.
void requireOwnFile(const ForwardOptions& options, const fs::path& model) {
  if (fs::path(options.output).extension() != ".safetensors") {
    throw usage(HEIRLOOM_TEXT("forward.output", "the output %1 is no .safetensors file").with(oneLine(options.output)),
                HEIRLOOM_TEXT("forward.output.remedy", "give it that extension"));
  }
  for (const fs::path& other : {fs::path(options.input), model, fs::path(options.noise)}) {
    std::error_code error;
    if (other.empty() || !fs::equivalent(other, options.output, error)) continue;
    throw usage(HEIRLOOM_TEXT("forward.same", "the output would replace %1").with(oneLine(other.string())),
                HEIRLOOM_TEXT("forward.same.remedy", "choose another name for it"));
  }
}

/// A model without the setting draws no random numbers.
void setSeed(models::Settings& settings, std::int64_t seed) {
  if (!settings.has("seed")) return;
  try {
    settings.set("seed", models::Settings::Value(seed));
  } catch (const Error& error) {
    throw UsageError{error};
  }
}

/// Pictures one by one where each has a noise level of its own.
at::Tensor runNetwork(const models::Restorer& network, const ForwardInput& input, const models::Settings& settings,
                      const models::Placement& placement, ForwardObserver& observer, models::NoiseSource* noise) {
  const at::NoGradGuard noGradients;
  const auto restore = [&](const at::Tensor& picture, const models::Settings& values) {
    return network.start(values, placement, observer, noise)->restore(picture).to(at::kCPU, at::kFloat);
  };
  if (input.noiseLevels.empty()) return restore(input.image, settings);
  std::vector<at::Tensor> results;
  for (std::int64_t i = 0; i < input.image.size(0); ++i) {
    models::Settings own = settings;
    own.set("noise_level", models::Settings::Value(input.noiseLevels[static_cast<std::size_t>(i)] * 255));
    results.push_back(restore(input.image.narrow(0, i, 1), own));
  }
  return at::cat(results);
}

int forward(const ForwardOptions& options, Context& context) {
  Report& report = context.report;
  core::ConfiguredModel configured =
      requireSettings(context.library, withNetwork(options.model, options.network), options.settings);
  for (const Message& note : configured.notes) report.warning(note);
  models::Settings& settings = configured.settings;
  const std::shared_ptr<const models::Restorer>& network = configured.network;
  if (options.seed) setSeed(settings, *options.seed);
  requireOwnFile(options, configured.file);
  requireDevice(options.device);

  putPath(report.document, "file", options.input);
  ForwardInput input = readForwardInput(options.input, configured.descriptor, settings, context.report);
  if (options.settings.contains("noise_level")) input.noiseLevels.clear();
  if (input.kernel && !options.settings.contains("kernel"))
    settings.set("kernel", models::Settings::Value(*input.kernel));
  const core::Placed placed = core::place(options.device, options.dtype);
  for (const Message& note : placed.notes) report.warning(note);
  ForwardObserver observer(context.stop);
  observer.begin(fs::path(options.input).filename().string());
  const std::unique_ptr<models::NoiseSource> noise = storedNoise(options.noise);
  at::Tensor image;
  try {
    image = runNetwork(*network, input, settings, placed.placement, observer, noise.get());
  } catch (const Error& error) {
    throw error.file().empty() ? error.in(options.input) : error;
  }

  for (const Message& note : observer.notes()) report.warning(note, options.input);
  models::NamedTensors tensors = {{"image", image.contiguous()}};
  for (const models::NamedTensors* more : {&observer.previews(), &observer.values()})
    tensors.insert(tensors.end(), more->begin(), more->end());
  models::writeSafetensors(options.output, tensors);
  report.document["model"] = configured.name;
  putPath(report.document, "output", options.output);
  report.document["shape"] = image.sizes().vec();
  report.document["minimum"] = image.min().item<double>();
  report.document["maximum"] = image.max().item<double>();
  report.document["mean"] = image.to(at::kDouble).mean().item<double>();
  std::string shape;
  for (const std::int64_t side : image.sizes()) shape += (shape.empty() ? "" : " x ") + std::to_string(side);
  report.line(options.input + " -> " + options.output + " (image " + shape + ", " +
              fixed(image.min().item<double>(), 4) + ".." + fixed(image.max().item<double>(), 4) + ", mean " +
              fixed(report.document["mean"].get<double>(), 6) + ")");
  return kDone;
}

}  // namespace

void addForward(CLI::App& program, Command& chosen) {
  const auto options = std::make_shared<ForwardOptions>();
  Arguments arguments(
      program, "forward",
      "Runs the bare network. No tiles, no colour conversion, no clamping; float32 on the CPU by default.",
      "heirloom-cli forward ffdnet_color noisy.png out.safetensors --set noise_level=25");
  arguments.positional("MODEL", options->model);
  arguments.positional("INPUT", options->input);
  arguments.positional("OUTPUT", options->output);
  arguments.value("--network", "NAME", options->network, kNetworkHelp);
  arguments.list(
      "--set", "NAME=VALUE", [options](const std::string& value) { addSetting(options->settings, "--set", value); },
      "a setting of the model; `models show MODEL` lists them");
  for (const auto& [flag, setting] :
       {std::pair("--prompt", "prompt"), std::pair("--negative-prompt", "negative_prompt")}) {
    arguments.value(
        flag, "TEXT", [options, setting = setting](const std::string& value) { options->settings[setting] = value; },
        "short for --set NAME=TEXT");
  }
  arguments.value("--noise", "FILE", options->noise,
                  "a .safetensors with noise.0, noise.1, ... instead of random numbers");
  arguments.value(
      "--seed", "N",
      [options](const std::string& value) {
        options->seed = readInteger("--seed", value, 0, std::numeric_limits<std::int64_t>::max());
      },
      "of models that draw random numbers; short for --set seed=N");
  arguments.value(
      "--dtype", "TYPE",
      [options](const std::string& value) {
        readChoice("--dtype", value, {"float32", "bfloat16", "float16"});
        options->dtype = value;
      },
      "float32 (default), bfloat16 or float16");
  arguments.value("--device", "DEVICE", options->device, "cpu (default), cuda or cuda:N");
  arguments.runs(chosen, [options](Context& context) {
    context.report.document["command"] = "forward";
    return forward(*options, context);
  });
}

}  // namespace heirloom::app
