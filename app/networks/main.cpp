// heirloom-networks: networks without photos, for another machine: what a checkpoint is, one run over tensors, timings.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>

#include "models/checkpoint/tensors.h"
#include "models/common/savings.h"
#include "models/cuda.h"
#include "models/placement.h"
#include "models/registry.h"

namespace {

using namespace heirloom;
using namespace heirloom::models;

struct Options {
  std::string model;
  std::string input;
  std::string output;
  std::string device = "cpu";
  std::string precision = "float32";
  std::vector<std::string> settings;
  std::int64_t size = 512;
  int runs = 5;
  bool releaseMemory = false;
  bool eager = false;
};

using Tensors = std::map<std::string, at::Tensor>;

/// Matrices, which no text says: those of `given` under the names of their settings, or zeros, with which a network
/// takes as long, where nothing is given at all.
void setMatrices(Settings& settings, const Descriptor& descriptor, const Tensors* given) {
  for (const Parameter& parameter : descriptor.parameters) {
    const auto* matrix = std::get_if<MatrixInput>(&parameter.range);
    if (!matrix || (given && !given->contains(parameter.name))) continue;
    const at::Tensor tensor = given ? given->at(parameter.name) : at::zeros({matrix->rows, matrix->columns});
    const at::Tensor values = at::atleast_2d(tensor).to(at::kFloat).flatten(1).contiguous();
    const float* begin = values.const_data_ptr<float>();
    settings.set(parameter.name, Settings::Value(Grid{"a matrix of another size",
                                                      static_cast<int>(values.size(0)),
                                                      static_cast<int>(values.size(1)),
                                                      {begin, begin + values.numel()}}));
  }
}

std::unique_ptr<Session> start(const Restorer& model, const Options& options, Observer& observer,
                               const Tensors* given = nullptr) {
  Settings settings(model.descriptor().parameters);
  setMatrices(settings, model.descriptor(), given);
  for (const std::string& assignment : options.settings) {
    const std::size_t equals = assignment.find('=');
    settings.set(assignment.substr(0, equals),
                 std::string_view(assignment).substr(equals == std::string::npos ? assignment.size() : equals + 1));
  }
  return model.start(settings, {at::Device(options.device), precisionOf(options.precision)}, observer);
}

void inspectModel(const Options& options) {
  const auto model = models::open(options.model);
  const Descriptor& descriptor = model->descriptor();
  std::cout << descriptor.family << ": " << descriptor.configuration << ", " << descriptor.parameterCount
            << " parameters, x" << descriptor.scale << ", margin " << descriptor.margin << '\n';
}

void forward(const Options& options) {
  const auto model = models::open(options.model);
  Observer observer;
  const Tensors inputs = readSafetensors(options.input);
  const auto picture = inputs.find("image");
  if (picture == inputs.end()) {
    throw Error(HEIRLOOM_TEXT("forward.image", "there is no tensor named image"),
                HEIRLOOM_TEXT("forward.image.remedy", "give one, float32 N C H W in 0..1"), options.input);
  }
  const at::Tensor result = start(*model, options, observer, &inputs)->restore(picture->second.to(at::kFloat));
  writeSafetensors(options.output, NamedTensors{{"image", result}});
}

/// The process's peak of resident memory in MiB; 0 where the system does not say.
std::int64_t peakMemory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6)) >> 10;
  }
  return 0;
}

void bench(const Options& options) {
  const auto model = models::open(options.model);
  const Descriptor& descriptor = model->descriptor();
  Observer observer;
  const auto session = start(*model, options, observer);
  const at::Tensor picture = at::rand({1, descriptor.channels, options.size, options.size});
  const auto once = [&] {
    const auto begin = std::chrono::steady_clock::now();
    session->restore(picture).cpu();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  once();
  once();  // recorded on a GPU
  std::vector<double> seconds;
  for (int i = 0; i < options.runs; ++i) seconds.push_back(once());
  std::ranges::sort(seconds);
  const double median = seconds[seconds.size() / 2];
  const double flop = descriptor.flopPerPixel * static_cast<double>(options.size * options.size);
  std::cout << descriptor.family << ' ' << options.size << " x " << options.size << ' ' << options.precision << " on "
            << options.device << ": median " << median * 1e3 << " ms of " << options.runs << ", " << flop / median / 1e9
            << " GFLOP/s, peak " << peakMemory() << " MiB\n";
}

void devices() {
  const CudaStatus& cuda = openCuda();
  std::cout << "cpu: " << at::get_num_threads() << " threads\n";
  for (const CudaDevice& device : cudaDevices()) {
    std::cout << device.name << ", compute " << device.computeMajor << '.' << device.computeMinor << ", "
              << (device.freeMemory >> 20) << " of " << (device.totalMemory >> 20) << " MiB free\n";
  }
  for (const Message& note : cuda.notes) std::cout << "no GPU: " << note.english() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Networks without photos: what a checkpoint is, one run over tensors, timings"};
  app.require_subcommand(1);
  Options options;
  const auto command = [&](const char* name, const char* help, void (*action)(const Options&)) {
    CLI::App* sub = app.add_subcommand(name, help);
    sub->add_option("model", options.model, "checkpoint file")->required();
    sub->callback([&options, action] {
      if (!options.releaseMemory) keepFreedMemory();
      std::optional<Without> recordings;
      if (options.eager) recordings.emplace(Saving::Graphs);
      action(options);
    });
    return sub;
  };
  const auto placed = [&](CLI::App* sub) {
    sub->add_option("--device", options.device, "cpu, cuda, cuda:N");
    sub->add_option("--dtype", options.precision, "float32, bfloat16, float16");
    sub->add_option("--set", options.settings, "name=value");
    sub->add_flag("--eager", options.eager, "without CUDA graphs");
  };
  command("inspect", "family, configuration, size", inspectModel);
  CLI::App* run = command(
      "forward", "runs image of a .safetensors file through the network; a matrix it needs is there, too", forward);
  run->add_option("input", options.input)->required();
  run->add_option("output", options.output)->required();
  placed(run);
  CLI::App* timing = command("bench", "median time on random pictures", bench);
  timing->add_option("--size", options.size, "side of the picture");
  timing->add_option("--runs", options.runs)->check(CLI::PositiveNumber);
  timing->add_flag("--release-memory", options.releaseMemory,
                   "freed memory is the C library's affair, to see its worth");
  placed(timing);
  app.add_subcommand("devices", "processors found")->callback(devices);

  try {
    openCuda();
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::cerr << "heirloom-networks: " << oneLine(error.what()) << '\n';
    return 1;
  }
}
