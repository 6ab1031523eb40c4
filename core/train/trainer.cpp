#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/adam.h>

#include <fstream>

#include "core/quality/metrics.h"
#include "core/quality/numpy_random.h"
#include "core/train/losses.h"
#include "core/train/patches.h"
#include "core/train/schedule.h"
#include "core/train/train.h"
#include "models/checkpoint/tensors.h"
#include "models/dncnn/network.h"
#include "models/ffdnet/network.h"

namespace heirloom::core {
namespace {

constexpr std::int64_t kReportEvery = 100;

/// The network being trained, whatever its family.
struct Trainee {
  std::shared_ptr<torch::nn::Module> module;
  models::PlainStack stack{nullptr};
  std::function<at::Tensor(const at::Tensor& noisy, const at::Tensor& sigma)> forward;
};

Trainee build(const TrainConfig::Network& network) {
  if (network.family == "FFDNet") {
    models::FfdNet net(models::FfdNetConfig{network.channels, network.features, network.layers});
    return {net.ptr(), net->model,
            [net](const at::Tensor& noisy, const at::Tensor& sigma) mutable { return net->forward(noisy, sigma); }};
  }
  const bool noiseMap = network.family == "FDnCNN";
  models::DnCnn net(models::DnCnnConfig{network.channels, network.features, network.layers, noiseMap, false});
  return {net.ptr(), net->model,
          [net](const at::Tensor& noisy, const at::Tensor& sigma) mutable { return net->forward(noisy, sigma); }};
}

/// A clean crop and its noisy version as published figures are made: NumPy's noise, seed 0, drawn for H W C.
struct ValidationPicture {
  at::Tensor clean;  // C H W
  at::Tensor noisy;  // 1 C H W
};

std::vector<ValidationPicture> validationPictures(const TrainConfig& config) {
  std::vector<ValidationPicture> pictures;
  if (config.validation.folder.empty()) return pictures;
  for (const std::filesystem::path& file : picturesIn(config.validation.folder)) {
    at::Tensor clean = readPicture(file, config.network.channels);
    if (config.validation.crop > 0) {
      for (const int side : {1, 2}) {
        const std::int64_t length = std::min<std::int64_t>(config.validation.crop, clean.size(side));
        clean = clean.narrow(side, (clean.size(side) - length) / 2, length);
      }
    }
    clean = (clean * 255).round() / 255;
    at::Tensor noise = at::empty({clean.size(1), clean.size(2), clean.size(0)}, at::kDouble);  // H W C
    NumpyRandom random(0);
    for (double& value : std::span(noise.data_ptr<double>(), static_cast<std::size_t>(noise.numel())))
      value = random.normal();
    const at::Tensor noisy =
        (clean.to(at::kDouble) + noise.permute({2, 0, 1}) * (config.validation.sigma / 255)).to(at::kFloat);
    pictures.push_back({clean, noisy.unsqueeze(0)});
  }
  return pictures;
}

double meanPsnr(const Trainee& trainee, const std::vector<ValidationPicture>& pictures, double sigma,
                const at::Device& device) {
  const c10::InferenceMode inference;
  const at::Tensor level = at::full({1, 1, 1, 1}, sigma / 255, device);
  const auto values = [](const at::Tensor& picture) {  // H W C, 0..255
    return (picture.clamp(0, 1) * 255).round().to(at::kDouble).permute({1, 2, 0}).contiguous();
  };
  double sum = 0;
  for (const ValidationPicture& picture : pictures) {
    const at::Tensor clean = values(picture.clean);
    const at::Tensor restored = values(trainee.forward(picture.noisy.to(device), level).squeeze(0).cpu());
    const auto image = [](const at::Tensor& tensor) {
      return MetricImage{tensor.size(1),
                         tensor.size(0),
                         static_cast<int>(tensor.size(2)),
                         {tensor.data_ptr<double>(), static_cast<std::size_t>(tensor.numel())}};
    };
    sum += psnr(image(restored), image(clean));
  }
  return sum / static_cast<double>(pictures.size());
}

/// One run: everything that a checkpoint must hold to go on where it was.
class Trainer {
 public:
  explicit Trainer(const TrainConfig& config)
      : config_(config),
        device_(config.device),
        patches_(config.dataset, config.degradation, config.network.channels),
        validation_(validationPictures(config)) {
    std::filesystem::create_directories(config.output);
    torch::manual_seed(config.seed);
    trainee_ = build(config.network);
    trainee_.stack->initialiseAsIdentity(config.network.family == "FFDNet" ? 4 * config.network.channels : 0);
    if (!config.network.weights.empty()) fillFrom(config.network.weights);
    average_ = build(config.network);
    trainee_.module->to(device_);
    average_.module->to(device_);
    copyState(*trainee_.module, *average_.module, 0);
    trainee_.stack->setComputePrecision(config.precision == "bfloat16" ? at::kBFloat16 : at::kFloat);
    const auto& options = config.optimizer;
    optimizer_ = std::make_unique<torch::optim::Adam>(trainee_.module->parameters(),
                                                      torch::optim::AdamOptions(options.learningRate)
                                                          .betas({options.betas[0], options.betas[1]})
                                                          .weight_decay(options.weightDecay));
    if (std::filesystem::exists(stateFile())) resume();
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
        if (!validation_.empty()) progress.psnr = meanPsnr(average_, validation_, config_.validation.sigma, device_);
        saveState();
      }
      progress.elapsed = elapsed_;
      log(progress);
      observer.progress(progress);
    }
    return saveResult();
  }

 private:
  std::filesystem::path stateFile() const { return config_.output / "state.safetensors"; }

  double step() {
    // One generator an iteration, so that a resumed run draws what an unbroken one would have drawn.
    std::seed_seq seed{config_.seed, static_cast<std::uint64_t>(iteration_)};
    std::mt19937_64 random(seed);
    const Patches::Batch batch = patches_.draw(random);

    const double rate = learningRate(config_.schedule, config_.optimizer.learningRate, iteration_);
    for (auto& group : optimizer_->param_groups()) static_cast<torch::optim::AdamOptions&>(group.options()).lr(rate);
    optimizer_->zero_grad();
    const at::Tensor restored = trainee_.forward(batch.noisy.to(device_), batch.sigma.to(device_));
    at::Tensor loss = lossOf(config_.loss, restored, batch.clean.to(device_));
    if (config_.totalVariation > 0) loss = loss + config_.totalVariation * totalVariation(restored);
    loss.backward();
    if (config_.optimizer.clipGradient > 0) {
      torch::nn::utils::clip_grad_norm_(trainee_.module->parameters(), config_.optimizer.clipGradient);
    }
    optimizer_->step();
    // The average starts as a plain mean of what there is, so that the first weights do not linger in it.
    const double decay =
        std::min(config_.emaDecay, static_cast<double>(iteration_ + 1) / static_cast<double>(iteration_ + 10));
    copyState(*trainee_.module, *average_.module, config_.emaDecay > 0 ? decay : 0);
    const double value = loss.item<double>();
    if (!std::isfinite(value)) {
      throw Error(
          HEIRLOOM_TEXT("train.diverged", "the loss is not finite at iteration %1").with(std::to_string(iteration_)),
          HEIRLOOM_TEXT("train.diverged.remedy", "lower optimizer.learning_rate or set optimizer.clip_gradient"));
    }
    return value;
  }

  /// target <- decay * target + (1 - decay) * source. Without decay the target may hold anything before.
  static void copyState(const torch::nn::Module& source, torch::nn::Module& target, double decay) {
    torch::NoGradGuard noGrad;
    const auto from = source.named_parameters();
    for (auto& item : target.named_parameters()) {
      if (decay == 0) {
        item.value().copy_(from[item.key()]);
      } else {
        item.value().lerp_(from[item.key()], 1 - decay);
      }
    }
  }

  void saveState() const {
    models::NamedTensors state;
    auto& moments = optimizer_->state();
    for (const auto& item : trainee_.module->named_parameters()) {
      state.emplace_back("network." + item.key(), item.value());
      const auto found = moments.find(item.value().unsafeGetTensorImpl());
      if (found == moments.end()) continue;
      const auto& adam = static_cast<const torch::optim::AdamParamState&>(*found->second);
      state.emplace_back("mean." + item.key(), adam.exp_avg());
      state.emplace_back("variance." + item.key(), adam.exp_avg_sq());
    }
    for (const auto& item : average_.module->named_parameters())
      state.emplace_back("average." + item.key(), item.value());
    state.emplace_back("progress", at::tensor({static_cast<double>(iteration_), elapsed_.count()}, at::kDouble));
    models::writeSafetensors(stateFile(), state);
  }

  void fillFrom(const std::filesystem::path& weights) {
    torch::NoGradGuard noGrad;
    const auto state = models::readSafetensors(weights);
    for (auto& item : trainee_.module->named_parameters()) {
      const auto found = state.find(item.key());
      if (found == state.end() || found->second.sizes() != item.value().sizes()) {
        throw Error(HEIRLOOM_TEXT("train.weights", "its tensor %1 is not what the network has").with(item.key()),
                    HEIRLOOM_TEXT("train.weights.remedy", "set network to what the weights were trained with"),
                    weights);
      }
      item.value().copy_(found->second);
    }
  }

  void resume() {
    torch::NoGradGuard noGrad;
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
    for (auto& item : average_.module->named_parameters()) fill("average." + item.key(), item.value());
    for (auto& item : trainee_.module->named_parameters()) {
      fill("network." + item.key(), item.value());
      if (iteration_ == 0) continue;
      auto moments = std::make_unique<torch::optim::AdamParamState>();
      moments->step(iteration_);
      moments->exp_avg(at::zeros_like(item.value()));
      moments->exp_avg_sq(at::zeros_like(item.value()));
      fill("mean." + item.key(), moments->exp_avg());
      fill("variance." + item.key(), moments->exp_avg_sq());
      optimizer_->state()[item.value().unsafeGetTensorImpl()] = std::move(moments);
    }
  }

  void log(const TrainProgress& progress) const {
    const std::filesystem::path file = config_.output / "log.csv";
    const bool fresh = !std::filesystem::exists(file);
    std::ofstream out(file, std::ios::app);
    out.imbue(std::locale::classic());
    if (fresh) out << "iteration,seconds,loss,learning_rate,psnr\n";
    out << progress.iteration << ',' << progress.elapsed.count() << ',' << progress.loss << ',' << progress.learningRate
        << ',';
    if (!std::isnan(progress.psnr)) out << progress.psnr;
    out << '\n';
  }

  std::filesystem::path saveResult() const {
    const std::filesystem::path file = config_.output / "weights.safetensors";
    models::writeSafetensors(file, models::stateOf(*average_.module), config_.metadata);
    return file;
  }

  TrainConfig config_;
  at::Device device_;
  Trainee trainee_;
  Trainee average_;
  Patches patches_;
  std::vector<ValidationPicture> validation_;
  std::unique_ptr<torch::optim::Adam> optimizer_;
  std::int64_t iteration_ = 0;
  std::chrono::duration<double> elapsed_{};
};

}  // namespace

std::filesystem::path train(const TrainConfig& config, TrainObserver& observer, std::stop_token stop) {
  return Trainer(config).run(observer, stop);
}

}  // namespace heirloom::core
