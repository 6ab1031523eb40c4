#include "models/restorevar/network.h"

#include <torch/types.h>

namespace heirloom::models {

at::Tensor mostProbable(const at::Tensor& logits, int) {
  return logits.argmax(-1);
}

RestoreVarNetworkImpl::RestoreVarNetworkImpl(const RestoreVarConfig& config)
    : var(register_module("var", RestoreVarTransformer(config.var, config.vae.latent, config.vae.vocabulary))),
      vae(register_module("vae", VqVae(config.vae))) {}

at::Tensor RestoreVarNetworkImpl::decoded(const at::Tensor& latent, const Checkpoint& checkpoint) {
  return vae->decode(latent, checkpoint).add_(1).div_(2);
}

at::Tensor RestoreVarNetworkImpl::forward(const at::Tensor& picture, const VarRun& run) {
  return decoded(latent(picture, run), run.checkpoint);
}

at::Tensor RestoreVarNetworkImpl::latent(const at::Tensor& picture, const VarRun& run) {
  const Prediction prediction = predicted(picture, run);
  if (!run.refine) return prediction.latent;
  if (run.checkpoint) run.checkpoint();
  return refined(prediction);
}

RestoreVarNetworkImpl::Prediction RestoreVarNetworkImpl::predicted(const at::Tensor& picture, const VarRun& run) {
  const VarConfig& config = var->config();
  const std::int64_t batch = picture.size(0);
  const int grid = config.grid();
  const VarCondition condition = var->condition(vae->encode(picture * 2 - 1, run.checkpoint));
  if (run.encoded) run.encoded();
  VarCaches caches = var->caches(batch);
  at::Tensor x = var->firstInput(condition);
  at::Tensor sum;  // the running latent
  std::vector<at::Tensor> said;
  for (int scale = 0; scale < config.scales(); ++scale) {
    for (int block = 0; block < config.depth; ++block) {
      if (run.checkpoint) run.checkpoint();
      x = var->throughBlock(block, x, scale, condition, caches, run.filter);
    }
    said.push_back(x);
    const int side = config.sides[scale];
    const at::Tensor tokens = run.choose(var->logits(x), scale).view({batch, side, side});
    const at::Tensor part = vae->quantize->contribution(tokens, scale, config.scales(), grid);
    sum = sum.defined() ? sum + part : part;
    if (run.scaleDone) run.scaleDone(scale, tokens, sum);
    if (scale + 1 < config.scales()) x = var->input(QuantiserImpl::pooled(sum, config.sides[scale + 1]), scale + 1);
  }
  return {sum, at::cat(said, 1)};
}

at::Tensor RestoreVarNetworkImpl::refined(const Prediction& prediction) {
  const at::Tensor tokens = prediction.latent.flatten(2).transpose(1, 2).contiguous();
  const int grid = var->config().grid();
  return var->vae_refiner->forward(tokens, prediction.memory).transpose(1, 2).unflatten(2, {grid, grid});
}

}  // namespace heirloom::models
