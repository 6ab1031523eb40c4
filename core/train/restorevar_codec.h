#pragma once

#include <optional>

#include "core/train/discriminator.h"
#include "core/train/restorevar_stage.h"

namespace heirloom::core {

/// What the stages of the autoencoder share: pictures that should be the photos they are made of.
class AutoencoderStage : public RestoreVarStage {
 public:
  std::vector<Parameter> parameters() const override;
  /// What is coded is the picture itself.
  at::Tensor degraded(const at::Tensor& clean, Random& random) const override;

 protected:
  AutoencoderStage(const TrainConfig& config, std::initializer_list<std::string_view> trained);

  /// By TrainConfig::loss, and what a discriminator says where it has a weight; then its own loss is in the sum. There
  /// is no perceptual term: it would be measured by a trained network (VGG19, LPIPS), and there is none here.
  at::Tensor pictureLoss(const at::Tensor& made, const at::Tensor& photos) const;

 private:
  std::optional<Discriminator> discriminator_;
};

/// Stage "vqvae": the autoencoder with its multi-scale codebook from scratch (Tian et al., "Visual Autoregressive
/// Modeling", NeurIPS 2024, 3.2). Half of the pictures go through the codes, gradients past them (van den Oord et al.,
/// NeurIPS 2017), the others through the latents as they are. Codes are drawn to the latents and, weaker, latents to
/// the codes, after every scale; codes that nothing uses start anew from latents of the step at hand (Dhariwal et al.,
/// "Jukebox", 2020, 3.2).
class CodecTraining : public AutoencoderStage {
 public:
  explicit CodecTraining(const TrainConfig& config);

  void stepped(double part, Random& random) override;
  models::NamedTensors buffers() const override { return {{"usage", usage_}}; }

 protected:
  at::Tensor squaresLoss(const Squares& squares, Random& random) override;
  at::Tensor restoredSquares(const at::Tensor& squares) override;

 private:
  void note(const at::Tensor& latent, const models::QuantiserImpl::Encoding& encoding);

  at::Tensor usage_;  // V: how often a step takes each code, on average
  // Of the step at hand, batch by batch:
  at::Tensor hits_;                                // V: how often it took each code
  std::vector<std::vector<at::Tensor>> residues_;  // a scale: tokens Z, what its codes stood for
};

/// Stage "decoder": the decoder alone, from continuous latents of clean pictures, as the refiner gives them.
class DecoderTuning : public AutoencoderStage {
 public:
  explicit DecoderTuning(const TrainConfig& config);

 protected:
  at::Tensor squaresLoss(const Squares& squares, Random& random) override;
  at::Tensor restoredSquares(const at::Tensor& squares) override;
};

}  // namespace heirloom::core
