// How a transformer begins that nobody has trained.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <vector>

#include "models/restorevar/initial_copy.h"
#include "models/restorevar/initial_weights.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

RestoreVarConfig smallTransformer() {
  RestoreVarConfig config;
  config.vae = {.channels = 32, .multipliers = {1, 1}, .blocks = 1, .latent = 8, .vocabulary = 32};
  config.var = {.depth = 5, .width = 64, .heads = 2, .hidden = 64, .classes = 0, .sides = {1, 2, 4, 8}};
  config.var.refiner = {.width = 64, .heads = 2, .depth = 1, .hidden = 64};
  return config;
}

RestoreVarNetwork begun(const InitialTransformer& initial) {
  torch::manual_seed(1);
  RestoreVarNetwork network(smallTransformer());
  network->var->place({at::kCPU, at::kFloat, /*plain=*/true});
  initialise(*network, /*pretrained=*/false, initial);
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

double memoryPart(bool copying) {
  const torch::NoGradGuard noGrad;
  RestoreVarNetwork network = begun({.temperature = 20, .copying = copying});
  network->var->named_parameters()["vae_refiner.proj_out.weight"].normal_();
  const at::Tensor latent = at::randn({1, kPlaces, 8});
  const std::int64_t tokens = network->var->config().tokens();
  return partAtTheirPlace(at::randn({1, tokens, 64}), tokens - kPlaces,
                          [&](const at::Tensor& memory) { return network->var->vae_refiner->forward(latent, memory); });
}

/// The part of the codes of each scale that a transformer that begins copying names as the quantiser does, given the
/// quantiser's codes of the scales before; of the last scale away from the edge, where a convolution sees zeros.
std::vector<double> copiedParts() {
  const torch::NoGradGuard noGrad;
  RestoreVarNetwork network = begun({.copying = true});
  network->vae->quantize->named_parameters()["embedding.weight"].normal_(0, 0.2);
  beginCopying(*network);
  const std::vector<int>& sides = network->var->config().sides;
  const at::Tensor features = at::randn({16, 8, 8, 8}) * 0.4;
  const auto encoding = network->vae->quantize->encode(network->vae->quant_conv->forward(features), sides);
  std::vector<at::Tensor> pooled;
  for (std::size_t scale = 1; scale < sides.size(); ++scale)
    pooled.push_back(QuantiserImpl::pooled(encoding.partial[scale - 1], sides[scale]));
  const at::Tensor named = network->var->forcedLogits(network->var->condition(features), pooled).argmax(-1);
  std::vector<double> parts;
  std::int64_t before = 0;
  for (std::size_t scale = 0; scale < sides.size(); before += std::int64_t{sides[scale]} * sides[scale], ++scale) {
    const int side = sides[scale];
    at::Tensor right =
        named.narrow(1, before, std::int64_t{side} * side).view({-1, side, side}) == encoding.tokens[scale];
    if (side == sides.back()) right = right.narrow(1, 1, side - 2).narrow(2, 1, side - 2);
    parts.push_back(right.to(at::kDouble).mean().item<double>());
  }
  return parts;
}

TEST(RestoreVarInitialWeights, copyingTransformerNamesTheCodesOfThePictureItSees) {
  const std::vector<double> parts = copiedParts();
  EXPECT_GT(parts.back(), 0.9);  // of 32 codes
  for (const double part : parts) EXPECT_GT(part, 0.25);
}

TEST(RestoreVarInitialWeights, tellsWhereThereIsNoRoomForCopying) {
  RestoreVarConfig config = smallTransformer();
  EXPECT_TRUE(canCopy(config));
  config.vae.latent = 33;  // more than a head of 32
  EXPECT_FALSE(canCopy(config));
}

TEST(RestoreVarInitialWeights, copyingRefinerBeginsAtWhatTheTransformerSaidOfAPlace) {
  EXPECT_GT(memoryPart(true), 0.8);
  EXPECT_LT(memoryPart(false), 0.3);
}

TEST(RestoreVarInitialWeights, beginsWithoutACorrection) {
  const torch::NoGradGuard noGrad;
  for (const bool copying : {false, true}) {
    RestoreVarNetwork network = begun({.copying = copying});
    const at::Tensor latent = at::randn({1, kPlaces, 8});
    const at::Tensor memory = at::randn({1, network->var->config().tokens(), 64});
    EXPECT_TRUE(at::equal(network->var->vae_refiner->forward(latent, memory), latent));
  }
}

}  // namespace
}  // namespace heirloom::tests
