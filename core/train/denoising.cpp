#include "core/train/denoising.h"

#include "core/quality/numpy_random.h"
#include "core/train/losses.h"
#include "models/dncnn/network.h"
#include "models/ffdnet/network.h"

namespace heirloom::core {

Denoising::Denoising(const TrainConfig& config)
    : config_(config), device_(config.device), degradation_(config.degradation.kinds) {
  build();
  const TrainConfig::Network& network = config.network;
  stack_->initialiseAsIdentity(network.family == "FFDNet" ? 4 * network.channels : 0);
  if (!network.weights.empty()) start();
  module_->to(device_);
}

void Denoising::build() {
  const TrainConfig::Network& network = config_.network;
  if (network.family == "FFDNet") {
    models::FfdNet net(models::FfdNetConfig{network.channels, network.features, network.layers});
    module_ = net.ptr();
    stack_ = net->model;
    forward_ = [net](const at::Tensor& noisy, const at::Tensor& sigma) mutable { return net->forward(noisy, sigma); };
    return;
  }
  const bool noiseMap = network.family == "FDnCNN";
  models::DnCnn net(models::DnCnnConfig{network.channels, network.features, network.layers, noiseMap, false});
  module_ = net.ptr();
  stack_ = net->model;
  forward_ = [net](const at::Tensor& noisy, const at::Tensor& sigma) mutable { return net->forward(noisy, sigma); };
}

void Denoising::start() {
  const torch::NoGradGuard noGrad;
  const std::filesystem::path& file = config_.network.weights;
  const models::StateDict weights = models::canonicalise(models::Archive::open(file));
  for (auto& item : module_->named_parameters()) fillParameter(item.value(), item.key(), weights, file);
}

std::vector<Objective::Parameter> Denoising::parameters() const {
  std::vector<Parameter> parameters;
  for (const auto& item : module_->named_parameters()) parameters.push_back({item.key(), item.value(), true});
  return parameters;
}

at::Tensor Denoising::loss(const Patches::Batch& batch, Random&) {
  stack_->setComputePrecision(config_.precision == "bfloat16" ? at::kBFloat16 : at::kFloat);
  const at::Tensor restored = forward_(batch.degraded.to(device_), batch.sigma.to(device_));
  const at::Tensor loss = lossOf(config_.loss, restored, batch.clean.to(device_));
  return config_.totalVariation > 0 ? loss + config_.totalVariation * totalVariation(restored) : loss;
}

at::Tensor Denoising::degraded(const at::Tensor& clean, Random& drawn) const {
  if (!degradation_.empty()) return degradation_(clean, drawn);
  at::Tensor noise = at::empty({clean.size(1), clean.size(2), clean.size(0)}, at::kDouble);  // H W C
  NumpyRandom random(0);
  for (double& value : std::span(noise.data_ptr<double>(), static_cast<std::size_t>(noise.numel())))
    value = random.normal();
  return (clean.to(at::kDouble) + noise.permute({2, 0, 1}) * (config_.validation.sigma / 255)).to(at::kFloat);
}

at::Tensor Denoising::restored(const at::Tensor& degraded) {
  stack_->setComputePrecision(at::kFloat);  // as the weights will be used
  const double sigma = degradation_.empty() ? config_.validation.sigma / 255 : 0;
  return forward_(degraded.to(device_), at::full({1, 1, 1, 1}, sigma, device_));
}

models::NamedTensors Denoising::result() const {
  return models::stateOf(*module_);
}

}  // namespace heirloom::core
