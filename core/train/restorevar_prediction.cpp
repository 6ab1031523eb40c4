#include "core/train/restorevar_prediction.h"

#include <algorithm>
#include <cmath>

#include "core/train/mixed_precision.h"
#include "core/train/picture_randoms.h"
#include "models/restorevar/initial_copy.h"

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

/// `ofTokens` (N T ...) scale by scale.
std::vector<at::Tensor> byScale(const at::Tensor& ofTokens, const std::vector<int>& sides) {
  std::vector<std::int64_t> lengths;
  for (const int side : sides) lengths.push_back(std::int64_t{side} * side);
  return ofTokens.split_with_sizes(lengths, 1);
}

/// Of logits N T V, the mean over all tokens N T.
at::Tensor crossEntropy(const at::Tensor& logits, const at::Tensor& tokens) {
  return at::cross_entropy_loss(logits.flatten(0, 1).to(at::kFloat), tokens.flatten());
}

}  // namespace

TokenPrediction::TokenPrediction(const TrainConfig& config) : RestoreVarStage(config, {"var."}, {"var.vae_refiner."}) {
  if (config.network.initial.copying) models::beginCopying(*network_);
}

models::QuantiserImpl::Encoding TokenPrediction::mended(const at::Tensor& latent, const at::Tensor& degraded) {
  models::QuantiserImpl::Encoding encoding;
  models::VarRun run;
  run.scaleDone = [&](int, const at::Tensor&, const at::Tensor& sum) { encoding.partial.push_back(sum); };
  network_->predicted(degraded, run);
  const MixedPrecision full(latent.device(), false);
  for (std::size_t scale = 0; scale < sides().size(); ++scale) {
    const at::Tensor rest = scale == 0 ? latent : latent - encoding.partial[scale - 1];
    encoding.tokens.push_back(network_->vae->quantize->nearest(models::QuantiserImpl::pooled(rest, sides()[scale])));
  }
  return encoding;
}

TokenPrediction::Answer TokenPrediction::answered(const Squares& squares, const models::ResidualFilter& filter,
                                                  std::int64_t own) {
  models::RestoreVarTransformer& var = network_->var;
  std::vector<at::Tensor> tokens, inputs;
  at::Tensor features;
  {
    const torch::NoGradGuard noGrad;
    const at::Tensor latent = latentOf(squares.clean);
    models::QuantiserImpl::Encoding truth = quantised(latent);
    if (own > 0) {
      const auto replace = [own](std::vector<at::Tensor>& all, const std::vector<at::Tensor>& by) {
        for (std::size_t scale = 0; scale < all.size(); ++scale)
          all[scale] = at::cat({by[scale], all[scale].slice(0, own)});
      };
      const models::QuantiserImpl::Encoding chosen = mended(latent.slice(0, 0, own), squares.degraded.slice(0, 0, own));
      replace(truth.tokens, chosen.tokens);
      replace(truth.partial, chosen.partial);
    }
    for (const at::Tensor& scale : truth.tokens) tokens.push_back(scale.flatten(1));
    for (std::size_t scale = 1; scale < sides().size(); ++scale)
      inputs.push_back(models::QuantiserImpl::pooled(truth.partial[scale - 1], sides()[scale]));
    features = network_->vae->encode(squares.degraded * 2 - 1).to(at::kFloat);
  }
  return {var->forcedLogits(var->condition(features), inputs, filter), at::cat(tokens, 1)};
}

at::Tensor TokenPrediction::squaresLoss(const Squares& squares, Random& random) {
  const std::int64_t count = squares.clean.size(0);
  const std::int64_t own = std::llround(config().scheduledSampling * static_cast<double>(squares.together));
  const Answer answer =
      answered(squares, dropPath(config(), count, random), std::clamp<std::int64_t>(own - squares.first, 0, count));
  if (!config().equalScales) return crossEntropy(answer.logits, answer.tokens);
  const std::vector<at::Tensor> logits = byScale(answer.logits, sides()), tokens = byScale(answer.tokens, sides());
  std::vector<at::Tensor> losses;
  for (std::size_t scale = 0; scale < sides().size(); ++scale)
    losses.push_back(crossEntropy(logits[scale], tokens[scale]));
  return at::stack(losses).mean();
}

std::vector<std::string> TokenPrediction::figureNames() const {
  std::vector<std::string> names = {"cross_entropy"};
  for (std::size_t scale = 1; scale <= sides().size(); ++scale) names.push_back("accuracy_" + std::to_string(scale));
  return names;
}

std::vector<double> TokenPrediction::figures(const at::Tensor& clean, const at::Tensor& degraded) {
  std::vector<double> sums(1 + sides().size());
  double count = 0;
  for (const Squares& squares : cut(clean, degraded)) {
    const Answer answer = answered(squares, {});
    const auto some = static_cast<double>(squares.clean.size(0));
    sums[0] += some * crossEntropy(answer.logits, answer.tokens).item<double>();
    const at::Tensor right = (answer.logits.argmax(-1) == answer.tokens).to(at::kFloat);  // N T
    std::size_t figure = 1;
    for (const at::Tensor& ofScale : byScale(right, sides())) sums[figure++] += some * ofScale.mean().item<double>();
    count += some;
  }
  for (double& sum : sums) sum /= count;
  return sums;
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
