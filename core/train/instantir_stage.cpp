#include "core/train/instantir_stage.h"

#include "core/train/mixed_precision.h"
#include "models/common/drawn_noise.h"
#include "models/common/padding.h"
#include "models/instantir/sampler.h"

namespace heirloom::core {
namespace {

constexpr double kUntouched = 0.01;  // of the pictures are not degraded (instantir.md 6.6)
constexpr int kValidationSteps = 10;

models::InstantIrConfig restorersOf(const models::DiffusionConfig& config) {
  return {config.unet, config.restoring.value().resampler};
}

/// The text encoders go again.
models::TextConditioning silence(const InstantIrModel& model, const at::Device& device) {
  const torch::NoGradGuard noGrad;
  models::SessionNetworks networks(model.tensors(), model.config(), {device});
  return models::conditioned(networks.textEncoders(), {""}, {}).front();
}

/// Each picture's drawn by its own generator.
at::Tensor standardNormal(at::IntArrayRef shape, PictureRandoms& randoms, const at::Device& device) {
  std::vector<at::Tensor> drawn;
  for (std::int64_t i = 0; i < shape.front(); ++i)
    drawn.push_back(at::randn(shape.slice(1), at::detail::createCPUGenerator(randoms[i]()), at::kFloat));
  return at::stack(drawn).to(device);
}

}  // namespace

InstantIrStage::InstantIrStage(const TrainConfig& config, std::string part)
    : network_(nullptr),
      config_(config),
      device_(config.device),
      degradation_(config.degradation.kinds),
      model_(config),
      part_(std::move(part)),
      source_(models::restorerWeights(model_.tensors(), model_.config().unet.embeddingWidth())),
      schedule_(model_.config().schedule),
      surroundings_(model_.tensors(), model_.config(), {device_}),
      silence_(silence(model_, device_)) {
  const torch::NoGradGuard noGrad;
  nothing_ = surroundings_.seenInNothing();
  network_ = models::PictureUNet(restorersOf(model_.config()));
}

void InstantIrStage::freeze(torch::nn::Module& network, const std::string& prefix) {
  const at::ScalarType precision = config_.precision == "bfloat16" ? at::kBFloat16 : at::kFloat;
  // The plain way lets gradients through.
  models::loadPlaced(network, source_, {device_, precision, /*plain=*/true}, prefix);
  for (at::Tensor& parameter : network.parameters()) parameter.set_requires_grad(false);
}

void InstantIrStage::learn(torch::nn::Module& network, const std::string& prefix, const std::string& name) {
  const torch::NoGradGuard noGrad;
  for (auto& item : network.named_parameters()) {
    item.value().set_data(source_(prefix + item.key()).to(device_, at::kFloat));
    learn(name + item.key(), item.value());
  }
}

void InstantIrStage::learn(const std::string& name, at::Tensor value) {
  value.set_requires_grad(true);
  trained_.push_back({name, std::move(value), /*decays=*/true});
}

at::Tensor InstantIrStage::latentOf(const at::Tensor& pictures, PictureRandoms& randoms) {
  const models::LatentDistribution latents = surroundings_.vae()->encode(pictures * 2 - 1);
  const at::Tensor drawn = latents.mean + latents.deviation * standardNormal(latents.mean.sizes(), randoms, device_);
  return drawn * model_.config().vae.scaling;
}

at::Tensor InstantIrStage::loss(const Patches::Batch& batch, Random& random) {
  PictureRandoms randoms(batch.count(), random);
  Example example;
  {
    const torch::NoGradGuard noGrad;
    const at::Tensor clean = batch.clean.to(device_);
    at::Tensor degraded = batch.degraded.to(device_, /*non_blocking=*/false, /*copy=*/true);
    for (std::int64_t i = 0; i < clean.size(0); ++i) {
      if (chance(kUntouched, randoms[i])) degraded[i].copy_(clean[i]);
    }
    example.clean = latentOf(clean, randoms);
    example.degraded = latentOf(degraded, randoms);
    example.told = toldOf(example.clean, surroundings_.seenIn(degraded));
    if (batch.places.defined()) example.told.sizes = batch.places.to(device_, at::kFloat);
    example.noise = standardNormal(example.clean.sizes(), randoms, device_);
    example.captions = batch.captions;
  }
  const MixedPrecision precision(device_, config_.precision == "bfloat16");
  return exampleLoss(example, randoms);
}

at::Tensor InstantIrStage::degraded(const at::Tensor& clean, Random& random) const {
  return degradation_(clean, random);
}

at::Tensor InstantIrStage::restored(const at::Tensor& degraded) {
  const torch::NoGradGuard noGrad;
  const double scaling = model_.config().vae.scaling;
  return each(degraded.size(0), [&](std::int64_t i) {
    const at::Tensor picture =
        models::padToMultiple(degraded.narrow(0, i, 1).to(device_), model_.sideMultiple(), models::Padding::Replicate);
    models::DrawnNoise noise(0);
    const at::Tensor latent = surroundings_.vae()->encode(picture * 2 - 1).mean * scaling;
    const at::Tensor seen = surroundings_.seenIn(picture);
    at::Tensor clean;
    {
      const MixedPrecision precision(device_, config_.precision == "bfloat16");
      clean = restoredLatent(latent, seen, noise);
    }
    const at::Tensor decoded = (surroundings_.vae()->decode(clean / scaling) + 1) / 2;
    return models::cropTo(decoded, degraded.size(2), degraded.size(3)).clamp(0, 1);
  });
}

models::NamedTensors InstantIrStage::result() const {
  models::NamedTensors tensors;
  for (const Parameter& parameter : trained_) tensors.emplace_back(parameter.name, parameter.value);
  return tensors;
}

std::filesystem::path InstantIrStage::write(const TrainConfig& config) const {
  return model_.finish(part_, result(), config.metadata);
}

InstantIrStage::Steps InstantIrStage::anySteps(std::int64_t count, PictureRandoms& randoms) const {
  Steps steps;
  for (std::int64_t i = 0; i < count; ++i)
    steps.push_back(std::uniform_int_distribution<int>(0, schedule_.config().trainSteps - 1)(randoms[i]));
  return steps;
}

InstantIrStage::Told InstantIrStage::unseen(const Told& told, const std::vector<bool>& marked) const {
  Told changed = told;
  changed.seen = each(told.seen.size(0), [&](std::int64_t i) {
    return marked[static_cast<std::size_t>(i)] ? nothing_ : told.seen.narrow(0, i, 1);
  });
  return changed;
}

InstantIrStage::Told InstantIrStage::captioned(const Told& told, const std::vector<std::string>& captions,
                                               const std::vector<bool>& marked) {
  const torch::NoGradGuard noGrad;
  const MixedPrecision full(device_, false);
  std::vector<at::Tensor> tokens, pooled;
  for (std::size_t i = 0; i < marked.size(); ++i) {
    const bool heard = marked[i] && i < captions.size() && !captions[i].empty();
    const models::TextConditioning text =
        heard ? models::conditioned(surroundings_.textEncoders(), {captions[i]}, {}).front() : silence_;
    tokens.push_back(text.tokens);
    pooled.push_back(text.pooled);
  }
  Told changed = told;
  changed.tokens = at::cat(tokens);
  changed.pooled = at::cat(pooled);
  return changed;
}

InstantIrStage::Told InstantIrStage::toldOf(const at::Tensor& latents, const at::Tensor& seen) const {
  const std::int64_t count = latents.size(0);
  const at::Tensor sizes = at::tensor(sizesOf(latents), at::kInt).to(device_, at::kFloat);
  return {seen, silence_.tokens.expand({count, -1, -1}), silence_.pooled.expand({count, -1}),
          sizes.expand({count, -1})};
}

at::Tensor InstantIrStage::noised(const at::Tensor& clean, const at::Tensor& noise, const Steps& steps) const {
  return each(clean.size(0), [&](std::int64_t i) {
    return schedule_.noised(clean.narrow(0, i, 1), noise.narrow(0, i, 1), steps[static_cast<std::size_t>(i)]);
  });
}

at::Tensor InstantIrStage::consistent(const at::Tensor& output, const at::Tensor& sample, const Steps& steps) const {
  return each(sample.size(0), [&](std::int64_t i) {
    return models::consistent(schedule_, output.narrow(0, i, 1), sample.narrow(0, i, 1),
                              steps[static_cast<std::size_t>(i)]);
  });
}

std::vector<int> InstantIrStage::sizesOf(const at::Tensor& latents) const {
  const int factor = model_.config().vae.factor();
  const int height = static_cast<int>(latents.size(2)) * factor, width = static_cast<int>(latents.size(3)) * factor;
  return {height, width, 0, 0, height, width};
}

template <typename Network>
at::Tensor InstantIrStage::embeddingsOf(Network& network, const Steps& steps, const Told& told) const {
  const MixedPrecision full(device_, false);
  const at::Tensor times = at::tensor(steps, at::kInt).to(device_, at::kFloat);
  const at::Tensor ofAllSteps = network->embeddings(times, told.pooled, told.sizes);  // N N E
  return ofAllSteps.diagonal(0, 0, 1).transpose(0, 1).unsqueeze(0);
}

models::Pass InstantIrStage::passOf(const Steps& steps, const Told& told, bool adapted) {
  models::Pass pass;
  pass.embeddings = embeddingsOf(network_->unet, steps, told);
  pass.text = told.tokens;
  pass.image = network_->image_proj->forward(told.seen, adapted);
  pass.adapted = adapted;
  if (config_.gradientCheckpointing) pass.runner = &checkpointing_;
  return pass;
}

models::Pass InstantIrStage::passOf(models::Aggregator& aggregator, const Steps& steps, const Told& told) {
  models::Pass pass;
  pass.embeddings = embeddingsOf(aggregator, steps, told);
  if (config_.gradientCheckpointing) pass.runner = &checkpointing_;
  return pass;
}

at::Tensor InstantIrStage::predicted(const at::Tensor& sample, const Steps& steps, const Told& told, bool adapted,
                                     const models::Residuals* residuals) {
  return network_->unet->forward(sample, passOf(steps, told, adapted), residuals).to(at::kFloat);
}

models::LowRanks InstantIrStage::previewerCorrections() const {
  return models::previewerCorrections(model_.tensors(), restorersOf(model_.config()));
}

at::Tensor InstantIrStage::sampled(const at::Tensor& degraded, const at::Tensor& seen, models::NoiseSource& noise,
                                   const models::Aggregator& aggregator) {
  const models::SamplerSettings settings{.steps = kValidationSteps, .guidance = 1, .condition = aggregator ? 1.0 : 0.0};
  const models::Guide guide{silence_.tokens, silence_.pooled, seen};
  return models::InstantIrSampler({network_, nullptr, aggregator}, schedule_, settings)
      .run(degraded, guide, guide, sizesOf(degraded), noise);
}

}  // namespace heirloom::core
