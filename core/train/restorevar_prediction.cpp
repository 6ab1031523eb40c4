#include "core/train/restorevar_prediction.h"

namespace heirloom::core {

TokenPrediction::TokenPrediction(const TrainConfig& config) : RestoreVarStage(config, {"var."}, {"var.vae_refiner."}) {}

at::Tensor TokenPrediction::squaresLoss(const at::Tensor& clean, const at::Tensor& degraded) {
  models::RestoreVarTransformer& var = network_->var;
  std::vector<at::Tensor> tokens, inputs;
  at::Tensor features;
  {
    const torch::NoGradGuard noGrad;
    const models::QuantiserImpl::Encoding truth = quantised(latentOf(clean));
    for (const at::Tensor& scale : truth.tokens) tokens.push_back(scale.flatten(1));
    for (std::size_t scale = 1; scale < sides().size(); ++scale)
      inputs.push_back(models::QuantiserImpl::pooled(truth.partial[scale - 1], sides()[scale]));
    features = network_->vae->encode(degraded * 2 - 1).to(at::kFloat);
  }
  const at::Tensor logits = var->forcedLogits(var->condition(features), inputs);
  return at::cross_entropy_loss(logits.flatten(0, 1).to(at::kFloat), at::cat(tokens, 1).flatten());
}

at::Tensor TokenPrediction::restoredSquares(const at::Tensor& squares) {
  models::VarRun run;
  run.refine = false;
  return network_->forward(squares, run);
}

LatentRefinement::LatentRefinement(const TrainConfig& config) : RestoreVarStage(config, {"var.vae_refiner."}) {}

at::Tensor LatentRefinement::squaresLoss(const at::Tensor& clean, const at::Tensor& degraded) {
  models::RestoreVarNetworkImpl::Prediction prediction;
  at::Tensor wanted;
  {
    const torch::NoGradGuard noGrad;
    prediction = network_->predicted(degraded, {});
    wanted = latentOf(clean);
  }
  return (network_->refined(prediction) - wanted).abs().mean();
}

at::Tensor LatentRefinement::restoredSquares(const at::Tensor& squares) {
  return network_->forward(squares);
}

}  // namespace heirloom::core
