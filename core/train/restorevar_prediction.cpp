#include "core/train/restorevar_prediction.h"

#include <algorithm>

#include "core/train/picture_randoms.h"

namespace heirloom::core {
namespace {

/// Leaves out what a block adds to a picture, more often the later the block, and makes up for it in what it lets
/// through. Anew at every call.
class DropPath {
 public:
  DropPath(double last, int depth, std::int64_t pictures, Random& random)
      : last_(last), depth_(depth), randoms_(pictures, random) {}

  at::Tensor operator()(const at::Tensor& added, int block) {
    const double left = 1 - last_ * block / std::max(1, depth_ - 1);
    if (left == 1) return added;
    std::vector<float> factors;
    for (std::int64_t i = 0; i < added.size(0); ++i)
      factors.push_back(chance(left, randoms_[i]) ? static_cast<float>(1 / left) : 0.F);
    return added * at::tensor(factors).to(added.options()).view({-1, 1, 1});
  }

 private:
  double last_;
  int depth_;
  PictureRandoms randoms_;
};

/// Of one loss; null where nothing is left out.
models::ResidualFilter dropPath(const TrainConfig& config, std::int64_t pictures, Random& random) {
  if (config.dropPath == 0) return {};
  return DropPath(config.dropPath, config.network.restorevar.var.depth, pictures, random);
}

}  // namespace

TokenPrediction::TokenPrediction(const TrainConfig& config) : RestoreVarStage(config, {"var."}, {"var.vae_refiner."}) {}

at::Tensor TokenPrediction::squaresLoss(const Squares& squares, Random& random) {
  models::RestoreVarTransformer& var = network_->var;
  std::vector<at::Tensor> tokens, inputs;
  at::Tensor features;
  {
    const torch::NoGradGuard noGrad;
    const models::QuantiserImpl::Encoding truth = quantised(latentOf(squares.clean));
    for (const at::Tensor& scale : truth.tokens) tokens.push_back(scale.flatten(1));
    for (std::size_t scale = 1; scale < sides().size(); ++scale)
      inputs.push_back(models::QuantiserImpl::pooled(truth.partial[scale - 1], sides()[scale]));
    features = network_->vae->encode(squares.degraded * 2 - 1).to(at::kFloat);
  }
  const at::Tensor logits =
      var->forcedLogits(var->condition(features), inputs, dropPath(config(), features.size(0), random));
  return at::cross_entropy_loss(logits.flatten(0, 1).to(at::kFloat), at::cat(tokens, 1).flatten());
}

at::Tensor TokenPrediction::restoredSquares(const at::Tensor& squares) {
  models::VarRun run;
  run.refine = false;
  return network_->forward(squares, run);
}

LatentRefinement::LatentRefinement(const TrainConfig& config) : RestoreVarStage(config, {"var.vae_refiner."}) {}

at::Tensor LatentRefinement::squaresLoss(const Squares& squares, Random& random) {
  models::RestoreVarNetworkImpl::Prediction prediction;
  at::Tensor wanted;
  {
    const torch::NoGradGuard noGrad;
    models::VarRun run;
    run.filter = dropPath(config(), squares.clean.size(0), random);
    prediction = network_->predicted(squares.degraded, run);
    wanted = latentOf(squares.clean);
  }
  return (network_->refined(prediction) - wanted).abs().mean();
}

at::Tensor LatentRefinement::restoredSquares(const at::Tensor& squares) {
  return network_->forward(squares);
}

}  // namespace heirloom::core
