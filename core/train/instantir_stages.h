#pragma once

#include "core/train/instantir_stage.h"

namespace heirloom::core {

/// Stage "perceptor": the degradation content perceptor, that is, resampler, keys and values of the picture and their
/// time norms, in the frozen UNet: squared error of the predicted noise at uniform time steps. The UNet hears the
/// photo's caption; of some pictures it sees nothing, hears nothing, or neither (instantir.md 6.7-6.10).
class PerceptorTraining : public InstantIrStage {
 public:
  explicit PerceptorTraining(const TrainConfig& config);

 protected:
  at::Tensor exampleLoss(const Example& example, PictureRandoms& randoms) override;
  at::Tensor restoredLatent(const at::Tensor& degraded, const at::Tensor& seen, models::NoiseSource& noise) override;

 private:
  TrainConfig::Dropping dropping_;
};

/// Stage "previewer": the perceptor's UNet distilled into low-rank corrections that reach the clean latent in one step
/// (Luo et al., "LCM-LoRA", 2023; instantir.md 6.11-6.13). The teacher takes a guided DDIM step, the student must say
/// the same before and after it: pseudo-Huber distance of latents. Nobody says a word.
class PreviewerDistillation : public InstantIrStage {
 public:
  explicit PreviewerDistillation(const TrainConfig& config);

  /// With alpha where it is not 1.
  models::NamedTensors result() const override;

 protected:
  at::Tensor exampleLoss(const Example& example, PictureRandoms& randoms) override;
  /// In a few steps of a consistency model.
  at::Tensor restoredLatent(const at::Tensor& degraded, const at::Tensor& seen, models::NoiseSource& noise) override;

 private:
  struct Correction {
    models::Adaptable* layer;
    models::LowRank values;
  };
  /// Layers compute with the corrections as they are now.
  void adaptLayers();
  at::Tensor target(const Example& example, const at::Tensor& noisy, const Steps& from, const Steps& to,
                    PictureRandoms& randoms);

  std::vector<Correction> corrections_;
  models::NamedTensors alpha_;
};

/// Stage "aggregator": the aggregator alone, from the degraded latent and what the previewer makes of the noised clean
/// one; squared error of the noise that the frozen UNet predicts with its help. Nobody says a word, and fifteen
/// pictures in a hundred are not seen by the UNet (instantir.md 6.14-6.16).
class AggregatorTraining : public InstantIrStage {
 public:
  explicit AggregatorTraining(const TrainConfig& config);

 protected:
  at::Tensor exampleLoss(const Example& example, PictureRandoms& randoms) override;
  at::Tensor restoredLatent(const at::Tensor& degraded, const at::Tensor& seen, models::NoiseSource& noise) override;

 private:
  models::Aggregator aggregator_;
};

}  // namespace heirloom::core
