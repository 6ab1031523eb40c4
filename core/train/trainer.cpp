#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/adam.h>

#include <charconv>
#include <cmath>
#include <fstream>

#include "core/train/objective.h"
#include "core/train/schedule.h"
#include "core/train/train.h"
#include "core/train/validation.h"
#include "core/train/weight_average.h"
#include "models/common/atomic_file.h"
#include "models/common/error.h"

namespace heirloom::core {
namespace {

constexpr std::int64_t kReportEvery = 100;

std::unique_ptr<Objective> seededObjective(const TrainConfig& config) {
  torch::manual_seed(config.seed);
  return makeObjective(config);
}

std::vector<at::Tensor> valuesOf(const std::vector<Objective::Parameter>& parameters) {
  std::vector<at::Tensor> values;
  for (const Objective::Parameter& parameter : parameters) values.push_back(parameter.value);
  return values;
}

/// One run: everything that a checkpoint must hold to go on where it was.
class Trainer {
 public:
  explicit Trainer(const TrainConfig& config)
      : config_(config),
        objective_(seededObjective(config)),
        parameters_(objective_->parameters()),
        average_(valuesOf(parameters_)),
        patches_(config.dataset, config.degradation, config.network.channels),
        validation_(config, *objective_) {
    std::filesystem::create_directories(config.output);
    const auto& options = config.optimizer;
    optimizer_ = std::make_unique<torch::optim::Adam>(valuesOf(parameters_),
                                                      torch::optim::AdamOptions(options.learningRate)
                                                          .betas({options.betas[0], options.betas[1]})
                                                          .weight_decay(options.decoupled ? 0 : options.weightDecay));
    if (std::filesystem::exists(stateFile())) resume();
    cutLog();
  }

  std::filesystem::path run(TrainObserver& observer, const std::stop_token& stop) {
    const auto begin =
        std::chrono::steady_clock::now() - std::chrono::duration_cast<std::chrono::steady_clock::duration>(elapsed_);
    double lossSum = 0;
    std::int64_t lossCount = 0;
    while (iteration_ < config_.schedule.iterations) {
      if (stop.stop_requested()) {
        saveState();
        throw Stopped{};
      }
      lossSum += step();
      ++lossCount;
      ++iteration_;
      elapsed_ = std::chrono::steady_clock::now() - begin;
      const bool validates = iteration_ % config_.validation.every == 0 || iteration_ == config_.schedule.iterations;
      if (!validates && iteration_ % kReportEvery != 0) continue;
      TrainProgress progress{iteration_, config_.schedule.iterations, lossSum / static_cast<double>(lossCount),
                             learningRate(config_.schedule, config_.optimizer.learningRate, iteration_ - 1)};
      lossSum = 0;
      lossCount = 0;
      if (validates) {
        if (!validation_.empty()) {
          const WeightAverage::InPlace average(average_);
          Validation::Means means = validation_.means(*objective_);
          progress.psnr = means.psnr;
          progress.figures = std::move(means.figures);
        }
      }
      progress.elapsed = elapsed_;
      // Before the state, which says how far the log holds.
      log(progress);
      if (validates) saveState();
      observer.progress(progress);
    }
    return saveResult();
  }

 private:
  std::filesystem::path stateFile() const { return config_.output / "state.safetensors"; }
  std::filesystem::path logFile() const { return config_.output / "log.csv"; }

  double step() {
    // One generator an iteration, so that a resumed run draws what an unbroken one would have drawn.
    std::seed_seq seed{config_.seed, static_cast<std::uint64_t>(iteration_)};
    Random random(seed);
    const int batches = config_.optimizer.accumulate;
    const Patches::Batch drawn = patches_.draw(config_.dataset.batch * batches, random);

    const double rate = learningRate(config_.schedule, config_.optimizer.learningRate, iteration_);
    for (auto& group : optimizer_->param_groups()) static_cast<torch::optim::AdamOptions&>(group.options()).lr(rate);
    optimizer_->zero_grad();
    double value = 0;
    for (int i = 0; i < batches; ++i) {
      const Patches::Batch batch = drawn.part(std::int64_t{i} * config_.dataset.batch, config_.dataset.batch);
      const at::Tensor loss = objective_->loss(batch, random) / batches;
      loss.backward();
      value += loss.item<double>();
    }
    if (config_.optimizer.clipGradient > 0) {
      torch::nn::utils::clip_grad_norm_(valuesOf(parameters_), config_.optimizer.clipGradient);
    }
    if (config_.optimizer.decoupled) decay(rate * config_.optimizer.weightDecay);
    optimizer_->step();
    objective_->stepped(static_cast<double>(iteration_ + 1) / static_cast<double>(config_.schedule.iterations), random);
    // The average starts as a plain mean of what there is, so that the first weights do not linger in it.
    const double lasting =
        std::min(config_.emaDecay, static_cast<double>(iteration_ + 1) / static_cast<double>(iteration_ + 10));
    average_.update(config_.emaDecay > 0 ? lasting : 0);
    if (!std::isfinite(value)) {
      throw Error(
          HEIRLOOM_TEXT("train.diverged", "the loss is not finite at iteration %1").with(std::to_string(iteration_)),
          HEIRLOOM_TEXT("train.diverged.remedy", "lower optimizer.learning_rate or set optimizer.clip_gradient"));
    }
    return value;
  }

  void decay(double part) {
    const torch::NoGradGuard noGrad;
    for (Objective::Parameter& parameter : parameters_) {
      if (parameter.decays) parameter.value.mul_(1 - part);
    }
  }

  void saveState() const {
    models::NamedTensors state;
    auto& moments = optimizer_->state();
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      const auto& [name, value, decays] = parameters_[i];
      state.emplace_back("network." + name, value);
      state.emplace_back("average." + name, average_.values()[i]);
      const auto found = moments.find(value.unsafeGetTensorImpl());
      if (found == moments.end()) continue;
      const auto& adam = static_cast<const torch::optim::AdamParamState&>(*found->second);
      state.emplace_back("mean." + name, adam.exp_avg());
      state.emplace_back("variance." + name, adam.exp_avg_sq());
    }
    for (const auto& [name, tensor] : objective_->buffers()) state.emplace_back("buffer." + name, tensor);
    state.emplace_back("progress", at::tensor({static_cast<double>(iteration_), elapsed_.count()}, at::kDouble));
    models::writeSafetensors(stateFile(), state);
  }

  void resume() {
    const torch::NoGradGuard noGrad;
    const auto state = models::readSafetensors(stateFile());
    const auto fill = [&](const std::string& name, at::Tensor target) {
      const auto found = state.find(name);
      if (found == state.end() || found->second.sizes() != target.sizes()) {
        throw Error(HEIRLOOM_TEXT("train.state", "it belongs to another network"),
                    HEIRLOOM_TEXT("train.state.remedy", "remove it to start anew, or choose another output folder"),
                    stateFile());
      }
      target.copy_(found->second);
    };
    at::Tensor progress = at::zeros({2}, at::kDouble);
    fill("progress", progress);
    iteration_ = static_cast<std::int64_t>(progress[0].item<double>());
    elapsed_ = std::chrono::duration<double>(progress[1].item<double>());
    for (const auto& [name, tensor] : objective_->buffers()) fill("buffer." + name, tensor);
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      const auto& [name, value, decays] = parameters_[i];
      fill("network." + name, value);
      fill("average." + name, average_.values()[i]);
      // A parameter that no gradient has reached has no moments.
      if (!state.contains("mean." + name)) continue;
      auto moments = std::make_unique<torch::optim::AdamParamState>();
      moments->step(iteration_);
      moments->exp_avg(at::zeros_like(value));
      moments->exp_avg_sq(at::zeros_like(value));
      fill("mean." + name, moments->exp_avg());
      fill("variance." + name, moments->exp_avg_sq());
      optimizer_->state()[value.unsafeGetTensorImpl()] = std::move(moments);
    }
  }

  /// Takes out of the log what a run that was killed did after its last state, because it is done again.
  void cutLog() const {
    std::ifstream in(logFile());
    if (!in) return;
    std::string kept;
    // A last row without its end is half a one.
    for (std::string row; std::getline(in, row) && !in.eof();) {
      std::int64_t iteration = 0;  // of the header, too
      std::from_chars(row.data(), row.data() + row.size(), iteration);
      if (iteration <= iteration_) kept += row + '\n';
    }
    AtomicFile cut(logFile());
    cut.replaceContents(std::as_bytes(std::span(kept)));
    cut.commit(true);
  }

  void log(const TrainProgress& progress) const {
    const bool fresh = !std::filesystem::exists(logFile()) || std::filesystem::is_empty(logFile());
    std::ofstream out(logFile(), std::ios::app);
    out.imbue(std::locale::classic());
    if (fresh) {
      out << "iteration,seconds,loss,learning_rate,psnr";
      for (const std::string& name : validation_.names()) out << ',' << name;
      out << '\n';
    }
    out << progress.iteration << ',' << progress.elapsed.count() << ',' << progress.loss << ',' << progress.learningRate
        << ',';
    if (!std::isnan(progress.psnr)) out << progress.psnr;
    for (std::size_t i = 0; i < validation_.names().size(); ++i) {
      out << ',';
      if (i < progress.figures.size()) out << progress.figures[i].second;
    }
    out << '\n';
  }

  std::filesystem::path saveResult() {
    const WeightAverage::InPlace average(average_);
    return objective_->write(config_);
  }

  TrainConfig config_;
  std::unique_ptr<Objective> objective_;
  std::vector<Objective::Parameter> parameters_;
  WeightAverage average_;
  Patches patches_;
  Validation validation_;
  std::unique_ptr<torch::optim::Adam> optimizer_;
  std::int64_t iteration_ = 0;
  std::chrono::duration<double> elapsed_{};
};

}  // namespace

std::filesystem::path train(const TrainConfig& config, TrainObserver& observer, std::stop_token stop) {
  return Trainer(config).run(observer, stop);
}

}  // namespace heirloom::core
