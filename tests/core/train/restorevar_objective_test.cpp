// The losses of RestoreVAR's stages: what they are made of, and who learns from them.

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/train/objective.h"
#include "models/restorevar/network.h"
#include "tests/core/train/restorevar_training_run.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::core;

TEST_F(RestoreVarTraining, aStepMayTakeItsPicturesInSeveralBatches) {
  config_.dropPath = 0.5;
  losses("vqvae", 3);
  const at::Tensor clean = at::rand({4, 3, 16, 16}, at::detail::createCPUGenerator(1));
  for (const std::string stage : {"vqvae", "decoder", "var", "refiner"}) {
    configure(stage, 3);
    config_.adversarial = stage == "vqvae" || stage == "decoder" ? 0.5 : 0;
    const auto objective = makeObjective(config_);
    const Patches::Batch batch{clean, clean * 0.5, {}};
    const TrainedLoss whole = lossOfParts(*objective, batch, 4);
    expectSame(lossOfParts(*objective, batch, 2), whole, stage);
    expectSame(lossOfParts(*objective, batch, 1), whole, stage);
    if (stage == "var") losses(stage, 3);
  }
}

TEST_F(RestoreVarTraining, aDiscriminatorIsHeardByTheDecoderAndIsNotWritten) {
  losses("vqvae", 3);
  const at::Tensor clean = at::rand({4, 3, 16, 16}, at::detail::createCPUGenerator(1));
  const Patches::Batch batch{clean, clean, {}};
  for (const std::string stage : {"vqvae", "decoder"}) {
    SCOPED_TRACE(stage);
    configure(stage, 3);
    config_.adversarial = 0;
    const auto alone = makeObjective(config_);
    const TrainedLoss before = lossOfParts(*alone, batch, 4);
    config_.adversarial = 0.5;
    const auto judged = makeObjective(config_);
    const TrainedLoss after = lossOfParts(*judged, batch, 4);
    EXPECT_TRUE(std::isfinite(after.value));

    // What a discriminator adds comes behind.
    const auto parameters = alone->parameters(), all = judged->parameters();
    ASSERT_GT(all.size(), parameters.size());
    double heard = 0, learned = 0;  // by the decoder, by the discriminator
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool own = i >= parameters.size();
      EXPECT_EQ(all[i].name.starts_with("discriminator."), own) << all[i].name;
      const at::Tensor gradient = own ? after.gradients[i] : after.gradients[i] - before.gradients[i];
      EXPECT_TRUE(gradient.isfinite().all().item<bool>()) << all[i].name;
      if (own) learned += gradient.square().sum().item<double>();
      if (all[i].name.starts_with("vae.decoder.")) heard += gradient.square().sum().item<double>();
    }
    EXPECT_GT(learned, 0);
    EXPECT_GT(heard, 1e-6);
    for (const auto& [name, tensor] : judged->result()) EXPECT_FALSE(name.starts_with("discriminator.")) << name;
  }
}

TEST_F(RestoreVarTraining, dropPathLeavesOutBlocksInTrainingAlone) {
  losses("vqvae", 3);
  losses("var", 3);
  const at::Tensor clean = at::rand({4, 3, 16, 16}, at::detail::createCPUGenerator(1));
  const auto lossesOf = [&](const std::string& stage, double dropPath) {
    config_.dropPath = dropPath;
    configure(stage, 3);
    torch::manual_seed(0);
    const auto objective = makeObjective(config_);
    std::vector<double> values;
    for (const std::uint64_t seed : {1, 2, 1}) {
      Random random(seed);
      values.push_back(objective->loss({clean, clean * 0.5, {}}, random).item<double>());
    }
    const torch::NoGradGuard noGrad;
    values.push_back(objective->restored(clean).sum().item<double>());
    return values;
  };
  for (const std::string stage : {"var", "refiner"}) {
    const std::vector<double> without = lossesOf(stage, 0), with = lossesOf(stage, 0.6);
    EXPECT_EQ(without[0], without[1]) << stage;
    EXPECT_NE(with[0], with[1]) << stage;
    EXPECT_EQ(with[0], with[2]) << stage;
    EXPECT_NE(with[0], without[0]) << stage;
    EXPECT_EQ(with[3], without[3]) << stage;
  }
}

TEST_F(RestoreVarTraining, dropPathRisesFromNothingInTheFirstBlock) {
  config_.network.restorevar.var.depth = 1;
  losses("vqvae", 3);
  const at::Tensor clean = at::rand({2, 3, 16, 16}, at::detail::createCPUGenerator(1));
  config_.dropPath = 0.9;
  configure("var", 3);
  const auto objective = makeObjective(config_);
  Random one(1), two(2);
  const double first = objective->loss({clean, clean * 0.5, {}}, one).item<double>();
  EXPECT_EQ(objective->loss({clean, clean * 0.5, {}}, two).item<double>(), first);
}

TEST_F(RestoreVarTraining, aNewTransformersAttentionIsAsSharpAsTheDocumentSays) {
  config_.network.initial.temperature = 20;
  configure("vqvae", 1);
  const auto objective = makeObjective(config_);
  for (const auto& [name, tensor] : objective->result()) {
    if (!name.ends_with("scale_mul_1H11")) continue;
    EXPECT_NEAR(tensor.mean().item<double>(), std::log(20), 1e-6) << name;
  }
}

// Of scales of 1, 4 and 16 tokens the first has 1/3 of the loss instead of 1/21.
TEST_F(RestoreVarTraining, scalesCountAlikeWhereThatIsWanted) {
  losses("vqvae", 3);
  losses("var", 3);
  const at::Tensor clean = at::rand({4, 3, 16, 16}, at::detail::createCPUGenerator(1));
  const auto firstScalesPart = [&](bool equal) {
    config_.equalScales = equal;
    configure("var", 3);
    torch::manual_seed(0);
    const auto objective = makeObjective(config_);
    Random random(1);
    objective->loss({clean, clean * 0.5, {}}, random).backward();
    for (const Objective::Parameter& parameter : objective->parameters()) {
      // What every scale is told of itself: a row each.
      if (!parameter.name.ends_with("lvl_embed.weight")) continue;
      const at::Tensor rows = parameter.value.grad().norm(2, 1);
      return (rows[0] / rows[2]).item<double>();
    }
    return 0.0;
  };
  const double asPublished = firstScalesPart(false);
  EXPECT_GT(asPublished, 0);
  EXPECT_GT(firstScalesPart(true), 2 * asPublished);
}

/// The cross-entropy of a network's answers about pictures, by hand: each scale behind the true sum of those before it,
/// or behind the network's own.
double answersLoss(models::RestoreVarNetwork& network, const at::Tensor& clean, const at::Tensor& degraded, bool own) {
  const torch::NoGradGuard noGrad;
  models::VqVae& vae = network->vae;
  const std::vector<int>& sides = network->var->config().sides;
  const at::Tensor latent = vae->quant_conv->forward(vae->encode(clean * 2 - 1));
  std::vector<at::Tensor> sums = vae->quantize->encode(latent, sides).partial;
  if (own) {
    models::VarRun run;
    run.scaleDone = [&](int scale, const at::Tensor&, const at::Tensor& sum) { sums[scale] = sum; };
    network->predicted(degraded, run);
  }
  std::vector<at::Tensor> inputs, tokens;
  for (std::size_t scale = 0; scale < sides.size(); ++scale) {
    const at::Tensor before = scale == 0 ? at::zeros_like(latent) : sums[scale - 1];
    if (scale > 0) inputs.push_back(models::QuantiserImpl::pooled(before, sides[scale]));
    tokens.push_back(vae->quantize->nearest(models::QuantiserImpl::pooled(latent - before, sides[scale])).flatten(1));
  }
  const at::Tensor logits = network->var->forcedLogits(network->var->condition(vae->encode(degraded * 2 - 1)), inputs);
  return at::cross_entropy_loss(logits.flatten(0, 1), at::cat(tokens, 1).flatten()).item<double>();
}

TEST_F(RestoreVarTraining, aPartOfTheScalesMayFollowTheTransformersOwnChoices) {
  losses("vqvae", 3);
  losses("var", 3);
  config_.dropPath = 0;
  const at::Tensor clean = at::rand({4, 3, 16, 16}, at::detail::createCPUGenerator(1)), degraded = clean * 0.5;
  models::RestoreVarNetwork network(config_.network.restorevar);
  network->var->place({at::kCPU, at::kFloat, /*plain=*/true});
  {
    const torch::NoGradGuard noGrad;
    const auto trained = weights();
    for (auto& item : network->named_parameters()) item.value().copy_(trained.at(item.key()));
  }
  const auto lossOf = [&](double part) {
    config_.scheduledSampling = part;
    configure("var", 3);
    Random random(1);
    return makeObjective(config_)->loss({clean, degraded, {}}, random).item<double>();
  };
  const auto byHand = [&](std::int64_t first, std::int64_t end, bool own) {
    return answersLoss(network, clean.slice(0, first, end), degraded.slice(0, first, end), own);
  };
  EXPECT_NEAR(lossOf(0), byHand(0, 4, false), 1e-5);
  EXPECT_NEAR(lossOf(1), byHand(0, 4, true), 1e-5);
  EXPECT_NEAR(lossOf(0.5), (byHand(0, 2, true) + byHand(2, 4, false)) / 2, 1e-5);
  EXPECT_GT(std::abs(byHand(0, 4, true) - byHand(0, 4, false)), 1e-3);
}

}  // namespace
}  // namespace heirloom::tests
