#pragma once

#include <string>
#include <vector>

#include "core/train/gradient_checkpointing.h"
#include "core/train/instantir_model.h"
#include "core/train/objective.h"
#include "core/train/picture_randoms.h"
#include "models/instantir/session_networks.h"

namespace heirloom::core {

/// What the stages of InstantIR share: its folder, of which one part is trained and written, and everything around the
/// networks: latents, what DINOv2 sees and what text encoders hear in float32, without gradients. Where nobody says a
/// word the text is that of an empty prompt. Networks that are not trained are held in the run's precision; masters of
/// those that are stay float32.
class InstantIrStage : public Objective {
 public:
  std::vector<Parameter> parameters() const override { return trained_; }
  at::Tensor loss(const Patches::Batch& batch, Random& random) final;
  /// By the degradations that are trained with.
  at::Tensor degraded(const at::Tensor& clean, Random& random) const override;
  /// Of any size, each picture with the same noise.
  at::Tensor restored(const at::Tensor& degraded) override;
  models::NamedTensors result() const override;
  /// The folder `config.output`/model, which holds the whole network.
  std::filesystem::path write(const TrainConfig& config) const override;

 protected:
  /// `part`: the file that is trained, "adapter", "aggregator" or "previewer_lora". Leaves `network_` unfilled.
  InstantIrStage(const TrainConfig& config, std::string part);

  /// What the networks are told of N pictures beside their latents.
  struct Told {
    at::Tensor seen;    // N T W: of the degraded pictures, by DINOv2
    at::Tensor tokens;  // N L C: of the text
    at::Tensor pooled;  // N P: the same
    at::Tensor sizes;   // N 6 float32: SDXL's, pixels (Patches::Batch::places)
  };
  /// N clean pictures and what became of them.
  struct Example {
    at::Tensor clean;                   // N 4 h w: latent, scaled
    at::Tensor degraded;                // the same
    Told told;                          // nobody says a word
    at::Tensor noise;                   // N 4 h w
    std::vector<std::string> captions;  // N, empty where there is none; or none at all
    std::int64_t count() const { return clean.size(0); }
  };
  using Steps = std::vector<int>;  // N: each picture's own

  virtual at::Tensor exampleLoss(const Example& example, PictureRandoms& randoms) = 0;
  /// The latent of a picture, 1 4 h w, restored by what is trained.
  virtual at::Tensor restoredLatent(const at::Tensor& degraded, const at::Tensor& seen, models::NoiseSource& noise) = 0;

  /// Fills a network as it is used, without gradients, and in the run's precision.
  void freeze(torch::nn::Module& network, const std::string& prefix);
  /// Fills a network and trains all of it. `prefix`: before its names in the folder; `name`: in the file of the part.
  void learn(torch::nn::Module& network, const std::string& prefix, const std::string& name);
  void learn(const std::string& name, at::Tensor value);

  Steps anySteps(std::int64_t count, PictureRandoms& randoms) const;
  /// As if there were nothing to see in the pictures that are marked, N.
  Told unseen(const Told& told, const std::vector<bool>& marked) const;
  /// The captions of the pictures that have one and are marked, N, are heard.
  Told captioned(const Told& told, const std::vector<std::string>& captions, const std::vector<bool>& marked);
  /// Of pictures with the sides of `latents` that are all of their photos, and of which nobody says a word.
  Told toldOf(const at::Tensor& latents, const at::Tensor& seen) const;
  at::Tensor noised(const at::Tensor& clean, const at::Tensor& noise, const Steps& steps) const;
  /// What a consistency model makes of `output` at `sample`.
  at::Tensor consistent(const at::Tensor& output, const at::Tensor& sample, const Steps& steps) const;
  /// What `make` gives for number i of `count` pictures, 1 C h w, together.
  template <typename Make>
  static at::Tensor each(std::int64_t count, const Make& make) {
    std::vector<at::Tensor> made;
    for (std::int64_t i = 0; i < count; ++i) made.push_back(make(i));
    return at::cat(made);
  }

  /// A pass of the UNet over N pictures, or of the aggregator, which has embeddings of its own.
  models::Pass passOf(const Steps& steps, const Told& told, bool adapted);
  models::Pass passOf(models::Aggregator& aggregator, const Steps& steps, const Told& told);
  /// The noise that the UNet finds in `sample` by what it is told.
  at::Tensor predicted(const at::Tensor& sample, const Steps& steps, const Told& told, bool adapted,
                       const models::Residuals* residuals = nullptr);

  /// By the published sampler in a few steps, without guidance. `aggregator` null: without its condition.
  at::Tensor sampled(const at::Tensor& degraded, const at::Tensor& seen, models::NoiseSource& noise,
                     const models::Aggregator& aggregator);

  /// Of the folder's previewer.
  models::LowRanks previewerCorrections() const;

  const InstantIrModel& model() const { return model_; }
  const models::NoiseSchedule& schedule() const { return schedule_; }
  const at::Device& device() const { return device_; }

  models::PictureUNet network_;

 private:
  at::Tensor latentOf(const at::Tensor& pictures, PictureRandoms& randoms);
  /// 1 N E: each picture's embedding at its own step.
  template <typename Network>
  at::Tensor embeddingsOf(Network& network, const Steps& steps, const Told& told) const;
  std::vector<int> sizesOf(const at::Tensor& latents) const;  // SDXL's six of whole photos, pixels

  TrainConfig config_;
  at::Device device_;
  RandomDegradation degradation_;
  InstantIrModel model_;
  std::string part_;
  models::WeightSource source_;
  models::NoiseSchedule schedule_;
  models::SessionNetworks surroundings_;  // autoencoder, DINOv2 and, from the first caption on, text encoders
  models::TextConditioning silence_;      // what the UNet hears where nobody says anything
  at::Tensor nothing_;                    // 1 T W: what DINOv2 sees in it
  GradientCheckpointing checkpointing_;
  std::vector<Parameter> trained_;
};

}  // namespace heirloom::core
