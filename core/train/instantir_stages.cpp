#include "core/train/instantir_stages.h"

#include <algorithm>
#include <cmath>

#include "models/instantir/previewer_file.h"

namespace heirloom::core {

PerceptorTraining::PerceptorTraining(const TrainConfig& config) : InstantIrStage(config, "adapter") {
  freeze(*network_->unet, "unet.");
  learn(*network_->image_proj, "image_proj.", "image_proj.");
  learn(*network_->ip_adapter, "ip_adapter.", "ip_adapter.");
}

at::Tensor PerceptorTraining::exampleLoss(const Example& example, Random& random) {
  constexpr double kUnseen = 0.1;  // with the text or without, which is empty anyway
  const Steps steps = anySteps(example.count(), random);
  const at::Tensor seen = dropped(example.seen, kUnseen, random);
  const at::Tensor found = predicted(noised(example.clean, example.noise, steps), steps, seen, /*adapted=*/false);
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

at::Tensor PreviewerDistillation::exampleLoss(const Example& example, Random& random) {
  constexpr int kSolverSteps = 50;
  constexpr double kRound = 0.001;  // of the distance's tip
  const int stride = schedule().config().trainSteps / kSolverSteps;
  Steps from, to;
  for (std::int64_t i = 0; i < example.count(); ++i) {
    from.push_back(stride * std::uniform_int_distribution<int>(1, kSolverSteps)(random) - 1);
    to.push_back(std::max(from.back() - stride, 0));
  }
  adaptLayers();
  const at::Tensor noisy = noised(example.clean, example.noise, from);
  const at::Tensor found = consistent(predicted(noisy, from, example.seen, /*adapted=*/true), noisy, from);
  const at::Tensor apart = found - target(example, noisy, from, to, random);
  return ((apart.square() + kRound * kRound).sqrt() - kRound).mean();
}

at::Tensor PreviewerDistillation::target(const Example& example, const at::Tensor& noisy, const Steps& from,
                                         const Steps& to, Random& random) {
  const torch::NoGradGuard noGrad;
  const std::int64_t count = example.count();
  const auto taught = [&](const at::Tensor& seen) { return predicted(noisy, from, seen, /*adapted=*/false); };
  const at::Tensor looking = taught(example.seen), blind = taught(nothing().expand({count, -1, -1}));
  std::uniform_real_distribution<double> guidance(3, 15);
  const at::Tensor before = each(count, [&](std::int64_t i) {
    const auto at = static_cast<std::size_t>(i);
    const at::Tensor own = looking.narrow(0, i, 1), z = noisy.narrow(0, i, 1);
    const at::Tensor output = own + guidance(random) * (own - blind.narrow(0, i, 1));
    const double kept = schedule().kept(to[at]);
    return std::sqrt(kept) * schedule().clean(output, z, from[at]) +
           std::sqrt(1 - kept) * schedule().noise(output, z, from[at]);
  });
  return consistent(predicted(before, to, example.seen, /*adapted=*/true), before, to);
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
    sample = stepper->step(index, predicted(sample, step, seen, /*adapted=*/true), sample, draw).previous;
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

at::Tensor AggregatorTraining::exampleLoss(const Example& example, Random& random) {
  constexpr double kUnseen = 0.15;
  const Steps steps = anySteps(example.count(), random);
  const at::Tensor seen = dropped(example.seen, kUnseen, random);
  const at::Tensor noisy = noised(example.clean, example.noise, steps);
  at::Tensor preview;
  {
    const torch::NoGradGuard noGrad;
    preview = consistent(predicted(noisy, steps, seen, /*adapted=*/true), noisy, steps);
  }
  const models::Residuals residuals =
      aggregator_->forward(example.degraded, preview, passOf(aggregator_, noisy, steps));
  const at::Tensor found = predicted(noisy, steps, seen, /*adapted=*/false, &residuals);
  return (found - example.noise).square().mean();
}

at::Tensor AggregatorTraining::restoredLatent(const at::Tensor& degraded, const at::Tensor& seen,
                                              models::NoiseSource& noise) {
  return sampled(degraded, seen, noise, aggregator_);
}

}  // namespace heirloom::core
