#include "core/train/instantir_stages.h"

#include <algorithm>
#include <cmath>

#include "models/instantir/previewer_file.h"

namespace heirloom::core {

PerceptorTraining::PerceptorTraining(const TrainConfig& config)
    : InstantIrStage(config, "adapter"), dropping_(config.dropping) {
  freeze(*network_->unet, "unet.");
  learn(*network_->image_proj, "image_proj.", "image_proj.");
  learn(*network_->ip_adapter, "ip_adapter.", "ip_adapter.");
}

at::Tensor PerceptorTraining::exampleLoss(const Example& example, PictureRandoms& randoms) {
  const Steps steps = anySteps(example.count(), randoms);
  std::vector<bool> blind, heard;
  for (std::int64_t i = 0; i < example.count(); ++i) {
    const double drawn = std::uniform_real_distribution<double>(0, 1)(randoms[i]);
    const double alone = dropping_.picture + dropping_.caption, any = alone + dropping_.both;
    blind.push_back(drawn < dropping_.picture || (drawn >= alone && drawn < any));
    heard.push_back(drawn < dropping_.picture || drawn >= any);
  }
  const Told told = captioned(unseen(example.told, blind), example.captions, heard);
  const at::Tensor found = predicted(noised(example.clean, example.noise, steps), steps, told, /*adapted=*/false);
  return (found - example.noise).square().mean();
}

at::Tensor PerceptorTraining::restoredLatent(const at::Tensor& degraded, const at::Tensor& seen,
                                             models::NoiseSource& noise) {
  return sampled(degraded, seen, noise, nullptr);
}

PreviewerDistillation::PreviewerDistillation(const TrainConfig& config) : InstantIrStage(config, "previewer_lora") {
  freeze(*network_, "");
  const auto modules = network_->named_modules();
  for (auto& [path, correction] : previewerCorrections()) {
    const auto own = [&](const at::Tensor& tensor) { return tensor.to(device(), at::kFloat).clone(); };
    const models::LowRank values{own(correction.down), own(correction.up), correction.scale};
    const std::string name = models::previewerName(path, network_);
    learn(name + ".lora_A.weight", values.down);
    learn(name + ".lora_B.weight", values.up);
    corrections_.push_back({dynamic_cast<models::Adaptable*>(modules[path].get()), values});
    const double alpha = correction.scale * static_cast<double>(values.down.size(0));
    // One stands for all.
    if (alpha_.empty() && std::abs(alpha - 1) > 1e-9) alpha_.emplace_back(name + ".alpha", at::tensor(alpha));
  }
}

void PreviewerDistillation::adaptLayers() {
  for (const Correction& correction : corrections_) correction.layer->adapt(correction.values);
}

at::Tensor PreviewerDistillation::exampleLoss(const Example& example, PictureRandoms& randoms) {
  constexpr int kSolverSteps = 50;
  constexpr double kRound = 0.001;  // of the distance's tip
  const int stride = schedule().config().trainSteps / kSolverSteps;
  Steps from, to;
  for (std::int64_t i = 0; i < example.count(); ++i) {
    from.push_back(stride * std::uniform_int_distribution<int>(1, kSolverSteps)(randoms[i]) - 1);
    to.push_back(std::max(from.back() - stride, 0));
  }
  adaptLayers();
  const at::Tensor noisy = noised(example.clean, example.noise, from);
  const at::Tensor found = consistent(predicted(noisy, from, example.told, /*adapted=*/true), noisy, from);
  const at::Tensor apart = found - target(example, noisy, from, to, randoms);
  return ((apart.square() + kRound * kRound).sqrt() - kRound).mean();
}

at::Tensor PreviewerDistillation::target(const Example& example, const at::Tensor& noisy, const Steps& from,
                                         const Steps& to, PictureRandoms& randoms) {
  const torch::NoGradGuard noGrad;
  const std::int64_t count = example.count();
  const auto taught = [&](const Told& told) { return predicted(noisy, from, told, /*adapted=*/false); };
  const std::vector<bool> all(static_cast<std::size_t>(count), true);
  const at::Tensor looking = taught(example.told), blind = taught(unseen(example.told, all));
  std::uniform_real_distribution<double> guidance(3, 15);
  const at::Tensor before = each(count, [&](std::int64_t i) {
    const auto at = static_cast<std::size_t>(i);
    const at::Tensor own = looking.narrow(0, i, 1), z = noisy.narrow(0, i, 1);
    const at::Tensor output = own + guidance(randoms[i]) * (own - blind.narrow(0, i, 1));
    const double kept = schedule().kept(to[at]);
    return std::sqrt(kept) * schedule().clean(output, z, from[at]) +
           std::sqrt(1 - kept) * schedule().noise(output, z, from[at]);
  });
  return consistent(predicted(before, to, example.told, /*adapted=*/true), before, to);
}

at::Tensor PreviewerDistillation::restoredLatent(const at::Tensor& degraded, const at::Tensor& seen,
                                                 models::NoiseSource& noise) {
  constexpr int kSteps = 4;
  adaptLayers();
  const auto stepper = models::makeStepper(models::StepperKind::Lcm, schedule(), kSteps);
  const auto draw = [&] { return noise.normal(degraded.sizes()).to(degraded.device()); };
  at::Tensor sample = schedule().noised(degraded, draw(), stepper->steps().front());
  for (int index = 0; index < kSteps; ++index) {
    const Steps step = {stepper->steps()[static_cast<std::size_t>(index)]};
    sample =
        stepper->step(index, predicted(sample, step, toldOf(sample, seen), /*adapted=*/true), sample, draw).previous;
  }
  return sample;
}

models::NamedTensors PreviewerDistillation::result() const {
  models::NamedTensors tensors = InstantIrStage::result();
  tensors.insert(tensors.end(), alpha_.begin(), alpha_.end());
  return tensors;
}

AggregatorTraining::AggregatorTraining(const TrainConfig& config)
    : InstantIrStage(config, "aggregator"), aggregator_(model().config().unet) {
  freeze(*network_, "");
  models::adapt(network_, previewerCorrections());
  learn(*aggregator_, "aggregator.", "");
}

at::Tensor AggregatorTraining::exampleLoss(const Example& example, PictureRandoms& randoms) {
  constexpr double kUnseen = 0.15;
  const Steps steps = anySteps(example.count(), randoms);
  std::vector<bool> blind;
  for (std::int64_t i = 0; i < example.count(); ++i) blind.push_back(chance(kUnseen, randoms[i]));
  const Told told = unseen(example.told, blind);
  const at::Tensor noisy = noised(example.clean, example.noise, steps);
  at::Tensor preview;
  {
    const torch::NoGradGuard noGrad;
    preview = consistent(predicted(noisy, steps, told, /*adapted=*/true), noisy, steps);
  }
  const models::Residuals residuals = aggregator_->forward(example.degraded, preview, passOf(aggregator_, steps, told));
  const at::Tensor found = predicted(noisy, steps, told, /*adapted=*/false, &residuals);
  return (found - example.noise).square().mean();
}

at::Tensor AggregatorTraining::restoredLatent(const at::Tensor& degraded, const at::Tensor& seen,
                                              models::NoiseSource& noise) {
  return sampled(degraded, seen, noise, aggregator_);
}

}  // namespace heirloom::core
