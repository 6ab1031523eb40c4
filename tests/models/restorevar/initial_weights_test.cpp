// How a transformer begins that nobody has trained.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <vector>

#include "models/restorevar/initial_weights.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

RestoreVarConfig smallTransformer() {
  RestoreVarConfig config;
  config.vae = {.channels = 32, .multipliers = {1, 1}, .blocks = 1, .latent = 8, .vocabulary = 32};
  config.var = {.depth = 1, .width = 64, .heads = 2, .hidden = 64, .classes = 0, .sides = {1, 2, 4, 8}};
  config.var.refiner = {.width = 64, .heads = 2, .depth = 1, .hidden = 64};
  return config;
}

RestoreVarNetwork begun(const InitialAttention& attention) {
  torch::manual_seed(1);
  RestoreVarNetwork network(smallTransformer());
  network->var->place({at::kCPU, at::kFloat, /*plain=*/true});
  initialise(*network, /*pretrained=*/false, attention);
  return network;
}

constexpr std::int64_t kPlaces = 64;

/// The part of the last scale's places where a change of what is seen there changes the result most.
template <typename Result>
double partAtTheirPlace(const at::Tensor& seen, std::int64_t before, Result result) {
  const at::Tensor whole = result(seen);  // 1 places ..
  int right = 0;
  for (std::int64_t place = 0; place < kPlaces; ++place) {
    at::Tensor changed = seen.clone();
    changed.select(1, before + place).normal_();
    const at::Tensor difference = (result(changed) - whole).flatten(2).norm(2, 2)[0];
    right += difference.argmax().item<std::int64_t>() == place;
  }
  return right / double{kPlaces};
}

double picturePart(bool aligned) {
  const torch::NoGradGuard noGrad;
  RestoreVarNetwork network = begun({.temperature = 20, .aligned = aligned});
  std::vector<at::Tensor> pooled;
  for (const std::int64_t side : {2, 4, 8}) pooled.push_back(at::randn({1, 8, side, side}));
  return partAtTheirPlace(at::randn({1, kPlaces, 8}), 0, [&](const at::Tensor& seen) {
    const at::Tensor features = seen.transpose(1, 2).view({1, 8, 8, 8});
    const at::Tensor logits = network->var->forcedLogits(network->var->condition(features), pooled);
    return logits.narrow(1, logits.size(1) - kPlaces, kPlaces);
  });
}

double memoryPart(bool aligned) {
  const torch::NoGradGuard noGrad;
  RestoreVarNetwork network = begun({.temperature = 20, .aligned = aligned});
  network->var->named_parameters()["vae_refiner.proj_out.weight"].normal_();
  const at::Tensor latent = at::randn({1, kPlaces, 8});
  const std::int64_t tokens = network->var->config().tokens();
  return partAtTheirPlace(at::randn({1, tokens, 64}), tokens - kPlaces,
                          [&](const at::Tensor& memory) { return network->var->vae_refiner->forward(latent, memory); });
}

TEST(RestoreVarInitialWeights, alignedAttentionBeginsAtATokensOwnPlaceOfThePicture) {
  EXPECT_GT(picturePart(true), 0.8);
  EXPECT_LT(picturePart(false), 0.3);
}

TEST(RestoreVarInitialWeights, alignedRefinerBeginsAtWhatTheTransformerSaidOfAPlace) {
  EXPECT_GT(memoryPart(true), 0.8);
  EXPECT_LT(memoryPart(false), 0.3);
}

TEST(RestoreVarInitialWeights, beginsWithoutACorrection) {
  const torch::NoGradGuard noGrad;
  for (const bool aligned : {false, true}) {
    RestoreVarNetwork network = begun({.aligned = aligned});
    const at::Tensor latent = at::randn({1, kPlaces, 8});
    const at::Tensor memory = at::randn({1, network->var->config().tokens(), 64});
    EXPECT_TRUE(at::equal(network->var->vae_refiner->forward(latent, memory), latent));
  }
}

}  // namespace
}  // namespace heirloom::tests
