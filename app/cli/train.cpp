#include "core/train/train.h"

#include <cmath>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/progress.h"

namespace heirloom::app {
namespace {

class TrainingLog : public core::TrainObserver {
 public:
  explicit TrainingLog(Report& report) : report_(report) {}

  void progress(const core::TrainProgress& progress) override {
    const double fraction = progress.iterations > 0
                                ? static_cast<double>(progress.iteration) / static_cast<double>(progress.iterations)
                                : 0;
    if (std::isnan(progress.psnr)) {
      bar_.show(fraction, "loss " + fixed(progress.loss, 5));
      return;
    }
    bar_.clear();
    report_.line("iteration " + std::to_string(progress.iteration) + "/" + std::to_string(progress.iterations) +
                 ", loss " + fixed(progress.loss, 5) + ", " + fixed(progress.psnr, 3) + " dB, " +
                 durationText(progress.elapsed.count()));
    Json validation = {{"iteration", progress.iteration},
                       {"loss", progress.loss},
                       {"learning_rate", progress.learningRate},
                       {"psnr", progress.psnr},
                       {"seconds", progress.elapsed.count()}};
    for (const auto& [name, figure] : progress.figures) validation[name] = figure;
    report_.document["validations"].push_back(std::move(validation));
  }
  void begin(const std::string& title) { bar_.start(title); }

 private:
  Report& report_;
  ProgressBar bar_;
};

int train(const std::filesystem::path& file, Context& context) {
  Report& report = context.report;
  putPath(report.document, "config", file);
  report.document["validations"] = Json::array();
  core::TrainConfig config;
  try {
    config = core::readTrainConfig(file);
  } catch (const Error& error) {
    throw UsageError{error};
  }
  putPath(report.document, "output", config.output);
  TrainingLog log(report);
  log.begin(file.filename().string());
  const std::filesystem::path weights = core::train(config, log, context.stop);
  putPath(report.document, "weights", weights);
  report.line("weights: " + weights.string());
  return kDone;
}

}  // namespace

void addTrain(CLI::App& program, Command& chosen) {
  const auto file = std::make_shared<std::string>();
  Arguments arguments(program, "train",
                      "Trains a network as a YAML file says. Started again, it goes on where it was stopped.",
                      "heirloom-cli train denoiser.yaml");
  arguments.positional("CONFIG", *file);
  arguments.runs(chosen, [file](Context& context) {
    context.report.document["command"] = "train";
    return train(*file, context);
  });
}

}  // namespace heirloom::app
