// RestoreVAR's network by itself.

#include <ATen/Context.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <string>
#include <vector>

#include "models/checkpoint/tensors.h"
#include "models/cuda.h"
#include "models/restorevar/cost.h"
#include "models/restorevar/sampling.h"
#include "tests/models/restorevar/golden.h"
#include "tests/models/support/counted_work.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

TEST(RestoreVarShapes, publicNetworkHasThePublishedCounts) {
  const RestoreVarNetwork network(RestoreVarConfig{});
  const auto count = [](const torch::nn::Module& module) {
    std::int64_t sum = 0;
    for (const at::Tensor& parameter : module.parameters()) sum += parameter.numel();
    return sum;
  };
  EXPECT_EQ(count(*network->var), 296'953'713);
  EXPECT_EQ(count(*network->vae), 108'948'355);
  EXPECT_EQ(count(*network->vae->encoder), 44'107'872);
  EXPECT_EQ(count(*network->vae->decoder), 64'653'923);
  EXPECT_EQ(count(*network->var->vae_refiner), 22'967'616);
  // The file's 594 and 324 entries hold a buffer a block and five more, and one.
  EXPECT_EQ(stateOf(*network->var).size(), 594U - 16 - 5);
  EXPECT_EQ(stateOf(*network->vae).size(), 324U - 1);
}

TEST(RestoreVarCost, isTheWorkThatLibTorchIsAskedFor) {
  const RestoreVarConfig config = tinyRestoreVar();
  const torch::NoGradGuard noGrad;
  RestoreVarNetwork network = goldenNetwork(config, {.plain = true});
  const at::Tensor picture = (goldenPicture("input11", config.side()) + 1) / 2;
  const CountedWork counted;
  network->forward(picture);
  EXPECT_NEAR(counted.sum() / costOf(config).total(), 1, 1e-9);
}

TEST(RestoreVarCost, isThatOfTheReferencePageWithoutRepetitions) {
  const RestoreVarCost cost = costOf(RestoreVarConfig{});
  EXPECT_NEAR(cost.encoder / 1e9, 433, 1);
  EXPECT_NEAR(cost.decoder / 1e9, 791, 1);
  double var = cost.condition;
  for (const double scale : cost.scales) var += scale;
  EXPECT_NEAR(var / 1e9, 752, 1);
  EXPECT_NEAR(cost.scales.back() / 1e9, 354.3, 0.5);
  EXPECT_NEAR(cost.refiner / 1e9, 57.8, 0.5);
  EXPECT_LE(2 * cost.total() / 1e12, 4.2);
}

TEST(RestoreVarSampling, drawsFollowTheProbabilities) {
  const at::Tensor probability = at::tensor({0.5F, 0.3F, 0.15F, 0.05F});
  const at::Tensor logits = probability.log().expand({1, 20000, 4});
  const auto shares = [&](const Sampling& sampling) {
    const at::Tensor drawn = sampler(sampling, 0)(logits, 0).flatten();
    return at::bincount(drawn, {}, 4).to(at::kFloat) / 20000;
  };
  EXPECT_LT((shares({}) - probability).abs().max().item<double>(), 0.015);
  const at::Tensor two = at::tensor({0.625F, 0.375F, 0.0F, 0.0F});
  EXPECT_LT((shares({.topK = 2}) - two).abs().max().item<double>(), 0.015);
  EXPECT_LT((shares({.topP = 0.7}) - two).abs().max().item<double>(), 0.015);
  EXPECT_GT(shares({.temperature = 0.25})[0].item<double>(), 0.85);
}

TEST(RestoreVarSampling, aPictureOfABatchIsDrawnAsAlone) {
  const at::Tensor logits = at::randn({3, 16, 32});
  const at::Tensor together = sampler({.seed = 7}, 4)(logits, 0);
  for (std::int64_t n = 0; n < 3; ++n)
    EXPECT_TRUE(at::equal(sampler({.seed = 7}, 4 + n)(logits.narrow(0, n, 1), 0)[0], together[n]));
}

/// Random logits would tie in nothing: what half precision changes of them is what it changes of a real network's.
void expectForcedTokensAgree(const RestoreVarConfig& config, int pictures, const at::Device& device = at::kCPU) {
  const torch::NoGradGuard noGrad;
  RestoreVarNetwork exact = goldenNetwork(config, {device});
  RestoreVarNetwork half = goldenNetwork(config, {device, at::kBFloat16});
  std::int64_t agree = 0, all = 0;
  for (int n = 0; n < pictures; ++n) {
    const at::Tensor picture = ((goldenPicture("bf16." + std::to_string(n), config.side()) + 1) / 2).to(device);
    std::vector<at::Tensor> tokens;
    VarRun run;
    run.choose = [&](const at::Tensor& logits, int scale) {
      tokens.push_back(mostProbable(logits, scale));
      return tokens.back();
    };
    exact->latent(picture, run);
    run.choose = [&](const at::Tensor& logits, int scale) {
      EXPECT_EQ(logits.scalar_type(), at::kFloat);
      const at::Tensor& forced = tokens[static_cast<std::size_t>(scale)];
      agree += (mostProbable(logits, scale) == forced).sum().item<std::int64_t>();
      all += forced.numel();
      return forced;
    };
    half->latent(picture, run);
  }
  EXPECT_EQ(all, pictures * config.var.tokens());
  EXPECT_GE(static_cast<double>(agree), 0.99 * static_cast<double>(all)) << agree << " of " << all;
}

TEST(RestoreVarPrecision, bfloat16TokensAgreeWhereTheyAreForced) {
  expectForcedTokensAgree(tinyRestoreVar(), 20);
}

TEST(RestoreVarPrecision, bfloat16TokensOfTenScalesAgreeWhereTheyAreForced) {
  expectForcedTokensAgree(tenScales(), 1);
}

TEST(RestoreVarPrecision, onAGpuBfloat16TokensAgreeWhereTheyAreForced) {
  if (!openCuda().available) GTEST_SKIP() << "no GPU on this machine";
  expectForcedTokensAgree(tinyRestoreVar(), 20, at::kCUDA);
  expectForcedTokensAgree(tenScales(), 4, at::kCUDA);
}

/// A run that goes on from its own tokens.
struct FreeRun {
  at::Tensor tokens;   // N T
  at::Tensor picture;  // N 3 S S
};

FreeRun freeRun(RestoreVarNetwork& network, const at::Tensor& picture) {
  std::vector<at::Tensor> tokens;
  VarRun run;
  run.scaleDone = [&](int, const at::Tensor& chosen, const at::Tensor&) { tokens.push_back(chosen.flatten(1)); };
  const at::Tensor restored = network->forward(picture, run);
  return {at::cat(tokens, 1).cpu(), restored.cpu()};
}

double agreementOf(const FreeRun& a, const FreeRun& b) {
  return (a.tokens == b.tokens).to(at::kDouble).mean().item<double>();
}

/// Of pictures in 0..1, dB; equal ones: 200.
double decibels(const at::Tensor& a, const at::Tensor& b) {
  return -10 * std::log10(std::max(1e-20, (a - b).square().mean().item<double>()));
}

double meanOf(const std::vector<double>& values) {
  return at::tensor(values, at::kDouble).mean().item<double>();
}

/// How far pictures in bfloat16 are from float32's when both run freely: one token that differs changes all that come
/// after it. Printed, because nobody promises it; promised is only that they are the same pictures.
void expectFreeRunsAlike(const std::string& name, const RestoreVarConfig& config, int pictures,
                         const at::Device& device = at::kCPU) {
  const torch::NoGradGuard noGrad;
  RestoreVarNetwork exact = goldenNetwork(config, {device});
  RestoreVarNetwork half = goldenNetwork(config, {device, at::kBFloat16});
  std::vector<double> agreement, all, ofSameTokens, ofMirrored;
  for (int n = 0; n < pictures; ++n) {
    const at::Tensor picture = ((goldenPicture("bf16." + std::to_string(n), config.side()) + 1) / 2).to(device);
    const FreeRun wanted = freeRun(exact, picture), found = freeRun(half, picture);
    ASSERT_TRUE(found.picture.isfinite().all().item<bool>());
    agreement.push_back(agreementOf(found, wanted));
    all.push_back(decibels(found.picture, wanted.picture));
    if (agreement.back() == 1) ofSameTokens.push_back(all.back());
    ofMirrored.push_back(decibels(wanted.picture.flip(3), wanted.picture));
  }
  std::string figure = std::to_string(100 * meanOf(agreement)) + " % of the tokens, " + std::to_string(meanOf(all)) +
                       " dB, at least " + std::to_string(*std::ranges::min_element(all)) + "; all tokens in " +
                       std::to_string(ofSameTokens.size()) + " of " + std::to_string(pictures);
  if (!ofSameTokens.empty()) figure += ", there " + std::to_string(meanOf(ofSameTokens)) + " dB";
  testing::Test::RecordProperty(name, figure);
  std::cout << name << ", bfloat16 beside float32, running freely: " << figure << '\n';
  // Of 64 codes, by chance, one in 64.
  EXPECT_GT(meanOf(agreement), 8.0 / config.vae.vocabulary);
  EXPECT_GT(meanOf(all), meanOf(ofMirrored));
  for (const double likeness : ofSameTokens) EXPECT_GT(likeness, 30);
}

TEST(RestoreVarPrecision, bfloat16RunningFreelyMakesTheSamePictures) {
  expectFreeRunsAlike("T4", tinyRestoreVar(), 20);
}

TEST(RestoreVarPrecision, bfloat16RunningFreelyOverTenScalesMakesTheSamePictures) {
  expectFreeRunsAlike("T10", tenScales(), 1);
}

TEST(RestoreVarPrecision, onAGpuFloat32GivesTheProcessorsTokens) {
  if (!openCuda().available) GTEST_SKIP() << "no GPU on this machine";
  const torch::NoGradGuard noGrad;
  const RestoreVarConfig config = tenScales();
  RestoreVarNetwork here = goldenNetwork(config, {}), there = goldenNetwork(config, {at::kCUDA});
  const at::Tensor picture = (goldenPicture("input5", config.side()) + 1) / 2;
  const bool usual = at::globalContext().allowTF32CuDNN();
  at::globalContext().setAllowTF32CuDNN(false);
  const FreeRun wanted = freeRun(here, picture), found = freeRun(there, picture.to(at::kCUDA));
  at::globalContext().setAllowTF32CuDNN(usual);
  EXPECT_GE(agreementOf(found, wanted), 0.999);
  expectFreeRunsAlike("T10 on a GPU", config, 1, at::kCUDA);
}

/// The picture's keys and values made anew at every scale, as the reference does, and those of the tokens as well.
TEST(RestoreVarCaches, giveWhatIsComputedFromNothingAtEveryScale) {
  const RestoreVarConfig config = tinyRestoreVar();
  const torch::NoGradGuard noGrad;
  RestoreVarNetwork network = goldenNetwork(config, {});
  const at::Tensor picture = (goldenPicture("input11", config.side()) + 1) / 2;
  std::vector<at::Tensor> logits, latents;
  VarRun run;
  run.choose = [&](const at::Tensor& found, int scale) {
    logits.push_back(found);
    return mostProbable(found, scale);
  };
  run.scaleDone = [&](int, const at::Tensor&, const at::Tensor& latent) { latents.push_back(latent); };
  network->latent(picture, run);
  RestoreVarTransformer& var = network->var;
  for (int last = 0; last < config.var.scales(); ++last) {
    const VarCondition condition = var->condition(network->vae->encode(picture * 2 - 1));
    VarCaches caches = var->caches(1);
    at::Tensor x;
    for (int scale = 0; scale <= last; ++scale) {
      const auto at = static_cast<std::size_t>(scale);
      x = scale == 0 ? var->firstInput(condition)
                     : var->input(QuantiserImpl::pooled(latents[at - 1], config.var.sides[at]), scale);
      for (int block = 0; block < config.var.depth; ++block) x = var->throughBlock(block, x, scale, condition, caches);
    }
    const at::Tensor anew = var->logits(x), &cached = logits[static_cast<std::size_t>(last)];
    EXPECT_LT((anew - cached).abs().max().item<double>(), 1e-5) << "scale " << last;
    EXPECT_TRUE(at::equal(anew.argmax(-1), cached.argmax(-1))) << "scale " << last;
  }
}

TEST(RestoreVarTeacher, forcedLogitsUnderTheMaskAreThoseOfTheCache) {
  const RestoreVarConfig config = tinyRestoreVar();
  const torch::NoGradGuard noGrad;
  RestoreVarNetwork network = goldenNetwork(config);
  const at::Tensor picture = (goldenPicture("input11", config.side()) + 1) / 2;
  std::vector<at::Tensor> logits, pooled;
  VarRun run;
  run.choose = [&](const at::Tensor& found, int scale) {
    logits.push_back(found);
    return mostProbable(found, scale);
  };
  run.scaleDone = [&](int scale, const at::Tensor&, const at::Tensor& latent) {
    if (scale + 1 < config.var.scales())
      pooled.push_back(QuantiserImpl::pooled(latent, config.var.sides[static_cast<std::size_t>(scale) + 1]));
  };
  network->latent(picture, run);
  const VarCondition condition = network->var->condition(network->vae->encode(picture * 2 - 1));
  const at::Tensor forced = network->var->forcedLogits(condition, pooled);
  EXPECT_LT((forced - at::cat(logits, 1)).abs().max().item<double>(), 1e-4);
}

TEST(RestoreVarBatch, threePicturesGiveTheTokensAndPicturesOfThreeRuns) {
  const RestoreVarConfig config = tinyRestoreVar();
  const torch::NoGradGuard noGrad;
  RestoreVarNetwork network = goldenNetwork(config, {});
  std::vector<at::Tensor> pictures;
  for (const char* key : {"a", "b", "c"}) pictures.push_back((goldenPicture(key, config.side()) + 1) / 2);
  const FreeRun together = freeRun(network, at::cat(pictures));
  for (std::int64_t n = 0; n < 3; ++n) {
    const FreeRun alone = freeRun(network, pictures[static_cast<std::size_t>(n)]);
    EXPECT_TRUE(at::equal(alone.tokens[0], together.tokens[n])) << n;
    EXPECT_LT((alone.picture[0] - together.picture[n]).abs().max().item<double>(), 1e-4) << n;
  }
}

}  // namespace
}  // namespace heirloom::tests
