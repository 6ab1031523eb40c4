#include "core/train/restorevar_codec.h"

#include <algorithm>
#include <utility>

#include "core/train/losses.h"

namespace heirloom::core {
namespace {

constexpr double kCommitment = 0.25;    // van den Oord et al., 3.2
constexpr double kUsageDecay = 0.95;    // of the average over batches
constexpr double kRarely = 0.03;        // of what a code is used when all are used alike
constexpr double kRestartUntil = 0.75;  // of the run: what starts later has no time left to learn

at::Tensor squaredError(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).square().mean();
}

/// Latent to picture in 0..1 and a little beyond: what the loss says of values beyond must reach the weights.
at::Tensor decodedFreely(models::VqVae& vae, const at::Tensor& latent) {
  return (vae->decoder->forward(vae->post_quant_conv->forward(latent)) + 1) / 2;
}

}  // namespace

AutoencoderStage::AutoencoderStage(const TrainConfig& config, std::initializer_list<std::string_view> trained)
    : RestoreVarStage(config, trained) {
  if (config.adversarial > 0) discriminator_.emplace(at::Device(config.device));
}

std::vector<Objective::Parameter> AutoencoderStage::parameters() const {
  std::vector<Parameter> parameters = RestoreVarStage::parameters();
  if (!discriminator_) return parameters;
  for (Parameter& parameter : discriminator_->parameters()) parameters.push_back(std::move(parameter));
  return parameters;
}

at::Tensor AutoencoderStage::degraded(const at::Tensor& clean, Random&) const {
  return clean;
}

at::Tensor AutoencoderStage::pictureLoss(const at::Tensor& made, const at::Tensor& photos) const {
  const at::Tensor loss = lossOf(config().loss, made, photos);
  if (!discriminator_) return loss;
  return loss + config().adversarial * discriminator_->networkLoss(made) + discriminator_->ownLoss(made, photos);
}

CodecTraining::CodecTraining(const TrainConfig& config)
    : AutoencoderStage(config, {"vae."}),
      usage_(at::zeros({config.network.restorevar.vae.vocabulary}, at::kFloat)),
      hits_(at::zeros_like(usage_)),
      residues_(sides().size()) {}

at::Tensor CodecTraining::squaresLoss(const Squares& squares, Random&) {
  const at::Tensor latent = latentOf(squares.clean);
  const models::QuantiserImpl::Encoding encoding = quantised(latent);
  at::Tensor apart = at::zeros({}, latent.options());
  for (const at::Tensor& sum : encoding.partial)
    apart = apart + kCommitment * squaredError(latent, sum.detach()) + squaredError(sum, latent.detach());
  note(latent.detach(), encoding);
  // Half of the pictures go past the codes: what restores them in the end are latents without.
  const std::int64_t past = std::clamp<std::int64_t>(squares.together / 2 - squares.first, 0, latent.size(0));
  const at::Tensor rounding = (encoding.partial.back() - latent).detach().slice(0, past);
  const at::Tensor coded = at::cat({latent.slice(0, 0, past), latent.slice(0, past) + rounding});
  return pictureLoss(decodedFreely(network_->vae, coded), squares.clean) +
         apart / static_cast<double>(encoding.partial.size());
}

void CodecTraining::note(const at::Tensor& latent, const models::QuantiserImpl::Encoding& encoding) {
  const torch::NoGradGuard noGrad;
  std::vector<at::Tensor> tokens;
  at::Tensor rest = latent;
  for (std::size_t scale = 0; scale < sides().size(); ++scale) {
    const at::Tensor pooled = models::QuantiserImpl::pooled(rest, sides()[scale]);
    residues_[scale].push_back(pooled.permute({0, 2, 3, 1}).flatten(0, 2).cpu());  // N Z p p -> tokens Z
    tokens.push_back(encoding.tokens[scale].flatten());
    rest = latent - encoding.partial[scale];
  }
  hits_ += at::bincount(at::cat(tokens), {}, usage_.size(0)).to(at::kFloat).cpu();
}

void CodecTraining::stepped(double part, Random& random) {
  const torch::NoGradGuard noGrad;
  usage_.lerp_(hits_, 1 - kUsageDecay);
  const double alike = hits_.sum().item<double>() / static_cast<double>(usage_.size(0));
  hits_.zero_();
  std::vector<at::Tensor> ofScales;
  for (std::vector<at::Tensor>& residues : residues_) ofScales.push_back(at::cat(std::exchange(residues, {})));
  if (part > kRestartUntil) return;
  at::Tensor codes = network_->vae->quantize->named_parameters()["embedding.weight"];
  const at::Tensor rare = (usage_ < kRarely * alike).nonzero().flatten();
  if (rare.numel() == 0) return;
  const at::Tensor residues = at::cat(ofScales);
  const at::Tensor chosen =
      at::randint(residues.size(0), rare.sizes(), at::detail::createCPUGenerator(random()), at::kLong);
  codes.index_copy_(0, rare.to(codes.device()), residues.index_select(0, chosen).to(codes.device()));
  usage_.index_fill_(0, rare, alike);
}

at::Tensor CodecTraining::restoredSquares(const at::Tensor& squares) {
  return network_->decoded(quantised(latentOf(squares)).partial.back());
}

DecoderTuning::DecoderTuning(const TrainConfig& config)
    : AutoencoderStage(config, {"vae.decoder.", "vae.post_quant_conv."}) {}

at::Tensor DecoderTuning::squaresLoss(const Squares& squares, Random&) {
  return pictureLoss(decodedFreely(network_->vae, latentOf(squares.clean)), squares.clean);
}

at::Tensor DecoderTuning::restoredSquares(const at::Tensor& squares) {
  return network_->decoded(latentOf(squares));
}

}  // namespace heirloom::core
