// RestoreVAR through the door: files, settings, observer.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "models/checkpoint/tensors.h"
#include "models/common/random_weights.h"
#include "models/registry.h"
#include "models/restorevar/cost.h"
#include "models/restorevar/family.h"
#include "models/restorevar/sampling.h"
#include "tests/models/restorevar/golden.h"
#include "tests/models/support/counted_work.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

/// The records' T4: squares of 64 pixels, four scales.
RestoreVarConfig tinyConfig() {
  RestoreVarConfig config;
  config.vae.channels = 32;
  config.vae.vocabulary = 64;
  config.var = {.depth = 2,
                .width = 64,
                .heads = 4,
                .hidden = 256,
                .classes = 10,
                .sides = {1, 2, 3, 4},
                .refiner = {.width = 48, .heads = 3, .depth = 2, .hidden = 96}};
  return config;
}

/// The tables that the public files hold beside the parameters.
NamedTensors tables(const VarConfig& config) {
  std::vector<at::Tensor> levels;
  for (int scale = 0; scale < config.scales(); ++scale)
    levels.push_back(at::full({1, config.sides[scale] * config.sides[scale]}, scale, at::kLong));
  NamedTensors made = {{"lvl_1L", at::cat(levels, 1)},
                       {"lvl_1L_cond", at::zeros({1, config.grid() * config.grid()}, at::kLong)},
                       {"attn_bias_for_masking", at::zeros({1, 1, config.tokens(), config.tokens()})}};
  for (int i = 0; i < config.depth; ++i)
    made.emplace_back("blocks." + std::to_string(i) + ".attn.zero_k_bias", at::zeros({config.width}));
  return made;
}

NamedTensors prefixed(const std::string& prefix, NamedTensors tensors) {
  for (auto& [name, tensor] : tensors) name = prefix + name;
  return tensors;
}

NamedTensors joined(NamedTensors a, const NamedTensors& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

class RestoreVarFiles : public testing::Test {
 protected:
  RestoreVarFiles() : network(goldenNetwork(tinyConfig())) {}

  NamedTensors varFile() const { return joined(stateOf(*network->var), tables(tinyConfig().var)); }
  NamedTensors vaeFile() const {
    return joined(stateOf(*network->vae), {{"quantize.ema_vocab_hit_SV", at::zeros({4, 64})}});
  }
  void writeFolder() const {
    writeSafetensors(folder / "restorevar.safetensors", varFile());
    writeSafetensors(folder / "vae_restorevar.safetensors", vaeFile());
  }
  std::shared_ptr<const Restorer> opened() const {
    writeFolder();
    return models::open(folder.path());
  }
  static std::string complaint(const std::filesystem::path& file) {
    try {
      models::open(file);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  TemporaryFolder folder;
  RestoreVarNetwork network;
};

at::Tensor photo(std::int64_t height, std::int64_t width) {
  return (goldenUniform("photo", {1, 3, height, width}).to(at::kFloat) + 1) / 2;
}

TEST_F(RestoreVarFiles, aFolderIsOneNetwork) {
  writeFolder();
  EXPECT_TRUE(isModelFolder(folder.path()));
  const Inspection inspection = inspect(folder.path());
  ASSERT_NE(inspection.family, nullptr);
  EXPECT_EQ(inspection.family->name, "RestoreVAR");
  EXPECT_EQ(detectRestoreVar(inspection.tensors), tinyConfig());
  const at::Tensor square = photo(64, 64);
  Observer nobody;
  const auto model = models::open(folder.path());
  const at::Tensor result =
      model->start(Settings(model->descriptor().parameters), {.plain = true}, nobody)->restore(square);
  const torch::NoGradGuard noGrad;
  const at::Tensor eight = (square * 255).round() / 255;
  EXPECT_LT((result - network->forward(eight)).abs().max().item<double>(), 1e-4);
}

TEST_F(RestoreVarFiles, oneOfTheTwoFindsTheOtherBesideIt) {
  writeFolder();
  EXPECT_EQ(models::open(folder / "restorevar.safetensors")->descriptor().family, "RestoreVAR");
}

TEST_F(RestoreVarFiles, aCheckpointOfTrainingIsOneNetwork) {
  const NamedTensors trainer =
      joined(prefixed("trainer.var_wo_ddp.", varFile()),
             joined(prefixed("trainer.vae_local.", vaeFile()), {{"trainer.var_opt.state.0.exp_avg", at::zeros({4})}}));
  writeSafetensors(folder / "ar-ckpt-last.safetensors", trainer);
  EXPECT_EQ(models::open(folder / "ar-ckpt-last.safetensors")->descriptor().family, "RestoreVAR");
}

TEST_F(RestoreVarFiles, aPublicScheduleNeedsNoTable) {
  writeSafetensors(folder / "one.safetensors",
                   joined(prefixed("var.", stateOf(*network->var)), prefixed("vae.", stateOf(*network->vae))));
  EXPECT_EQ(detectRestoreVar(inspect(folder / "one.safetensors").tensors), tinyConfig());
}

TEST_F(RestoreVarFiles, whatIsMissingIsNamed) {
  writeSafetensors(folder / "transformer.safetensors", varFile());
  EXPECT_NE(complaint(folder / "transformer.safetensors").find("vae_restorevar.ckpt"), std::string::npos);
  writeSafetensors(folder / "codec.safetensors", vaeFile());
  EXPECT_NE(complaint(folder / "codec.safetensors").find("restorevar.pth"), std::string::npos);
  const NamedTensors original = {{"pos_1LC", at::zeros({1, 4, 8})}, {"blocks.0.ada_lin.1.weight", at::zeros({8, 8})}};
  writeSafetensors(folder / "var_d16.safetensors", original);
  EXPECT_NE(complaint(folder / "var_d16.safetensors").find("original VAR"), std::string::npos);
  writeSafetensors(folder / "restorevar.safetensors", varFile());
  EXPECT_NE(complaint(folder.path()).find("vae_restorevar.ckpt is missing"), std::string::npos);
}

TEST_F(RestoreVarFiles, aMissingAnExtraAndAMisshapenTensorAreNamed) {
  const auto complaintOf = [&](const NamedTensors& tensors) {
    writeSafetensors(folder / "restorevar.safetensors", tensors);
    writeSafetensors(folder / "vae_restorevar.safetensors", vaeFile());
    return complaint(folder.path());
  };
  NamedTensors tensors = varFile();
  const auto at = std::ranges::find(tensors, std::string("blocks.1.cross_attn.gain"), &NamedTensors::value_type::first);
  ASSERT_NE(at, tensors.end());
  at->second = at::zeros({1});
  EXPECT_NE(complaintOf(tensors).find("var.blocks.1.cross_attn.gain"), std::string::npos);
  tensors.erase(at);
  EXPECT_NE(complaintOf(tensors).find("missing var.blocks.1.cross_attn.gain"), std::string::npos);
  EXPECT_NE(complaintOf(joined(varFile(), {{"blocks.0.extra", at::zeros({2})}})).find("var.blocks.0.extra"),
            std::string::npos);
}

TEST_F(RestoreVarFiles, anAutoencoderOfAnotherVocabularyIsRefusedWithBothNumbers) {
  RestoreVarConfig other = tinyConfig();
  other.vae.vocabulary = 96;
  writeSafetensors(folder / "restorevar.safetensors", varFile());
  writeSafetensors(folder / "vae_restorevar.safetensors", stateOf(*goldenNetwork(other)->vae));
  const std::string text = complaint(folder.path());
  EXPECT_NE(text.find("predicts 64 codes, the autoencoder has 96"), std::string::npos) << text;
}

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
  const RestoreVarConfig config = tinyConfig();
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

class RecordingObserver : public Observer {
 public:
  void preview(int index, const at::Tensor& picture) override { previews.emplace_back(index, picture); }
  void progress(const Message&, double fraction) override {
    EXPECT_GE(fraction, last);
    EXPECT_LE(fraction, 1 + 1e-9);
    last = fraction;
    ++reports;
  }
  void value(const std::string& name, const at::Tensor& tensor) override { values.emplace(name, tensor); }
  bool stopRequested() const override { return reports >= stopAfter; }

  std::vector<std::pair<int, at::Tensor>> previews;
  std::map<std::string, at::Tensor> values;
  double last = 0;
  int reports = 0;
  int stopAfter = 1000;
};

class RestoreVarRuns : public RestoreVarFiles {
 protected:
  RestoreVarRuns() : model(opened()), settings(model->descriptor().parameters) {}

  at::Tensor restored(const at::Tensor& picture, Observer& told) const {
    return model->start(settings, {}, told)->restore(picture);
  }

  std::shared_ptr<const Restorer> model;
  Settings settings;
  RecordingObserver observer;
};

TEST_F(RestoreVarRuns, aPreviewIsTheDecodedLatentOfItsScaleWhichIsToldWithItsTokens) {
  const at::Tensor square = (photo(64, 64) * 255).round() / 255;
  const at::Tensor result = restored(square, observer);
  ASSERT_EQ(observer.previews.size(), 4U);
  EXPECT_NEAR(observer.last, 1, 1e-6);
  const torch::NoGradGuard noGrad;
  VarRun run;
  EXPECT_EQ(observer.values.size(), 8U);
  run.scaleDone = [&](int scale, const at::Tensor& tokens, const at::Tensor& latent) {
    const auto& [index, picture] = observer.previews[static_cast<std::size_t>(scale)];
    EXPECT_TRUE(at::equal(observer.values.at("tokens." + std::to_string(scale)), tokens));
    EXPECT_LT((observer.values.at("latent." + std::to_string(scale)) - latent).abs().max().item<double>(), 1e-4);
    EXPECT_EQ(index, scale);
    EXPECT_LT((picture - network->decoded(latent)).abs().max().item<double>(), 1e-4);
  };
  network->latent(square, run);

  observer = {};
  settings.set("previews", "2");
  const at::Tensor again = restored(square, observer);
  EXPECT_EQ(observer.previews.size(), 2U);
  EXPECT_TRUE(at::equal(result, again));
  observer = {};
  settings.set("previews", "0");
  restored(square, observer);
  EXPECT_TRUE(observer.previews.empty());
}

TEST_F(RestoreVarRuns, aStopAfterAnyScaleLeavesNoTrace) {
  const at::Tensor square = photo(64, 64);
  settings.set("previews", "0");
  const at::Tensor whole = restored(square, observer);
  const int reports = observer.reports;
  for (int scales = 1; scales < reports; ++scales) {
    RecordingObserver stopping;
    const auto session = model->start(settings, {}, stopping);
    stopping.stopAfter = scales;
    EXPECT_THROW(session->restore(square), Stopped) << scales;
    EXPECT_EQ(stopping.reports, scales);
    stopping.stopAfter = 1000;
    stopping.last = 0;
    EXPECT_TRUE(at::equal(session->restore(square), whole));
  }
}

TEST_F(RestoreVarRuns, photosOfAnySizeKeepTheirSize) {
  settings.set("previews", "1");
  for (const char* size : {"auto", "square", "tiles"}) {
    settings.set("size", size);
    for (const auto& [height, width] :
         std::vector<std::pair<std::int64_t, std::int64_t>>{{1, 1}, {1, 150}, {37, 64}, {65, 64}, {130, 90}}) {
      observer = {};
      const at::Tensor result = restored(photo(height, width), observer);
      EXPECT_EQ(result.sizes().vec(), (std::vector<std::int64_t>{1, 3, height, width})) << size;
      EXPECT_TRUE(result.isfinite().all().item<bool>());
      EXPECT_NEAR(observer.last, 1, 1e-6);
      ASSERT_EQ(observer.previews.size(), 4U);
      EXPECT_EQ(observer.previews.front().second.sizes(), result.sizes());
    }
  }
  settings.set("size", "published");
  observer = {};
  EXPECT_EQ(restored(photo(130, 90), observer).size(2), 64);
}

TEST_F(RestoreVarRuns, theRefinerIsASetting) {
  const at::Tensor square = photo(64, 64);
  const at::Tensor refined = restored(square, observer);
  settings.set("refine", "off");
  observer = {};
  const at::Tensor unrefined = restored(square, observer);
  EXPECT_GT((refined - unrefined).abs().max().item<double>(), 1e-3);
  EXPECT_TRUE(at::equal(unrefined, observer.previews.back().second));
}

TEST_F(RestoreVarRuns, drawnTokensFollowTheSeed) {
  const at::Tensor square = photo(64, 64);
  settings.set("previews", "0");
  const at::Tensor best = restored(square, observer);
  settings.set("tokens", "drawn");
  observer = {};
  const at::Tensor first = restored(square, observer);
  observer = {};
  EXPECT_TRUE(at::equal(restored(square, observer), first));
  EXPECT_FALSE(at::equal(best, first));
  settings.set("seed", "1");
  observer = {};
  EXPECT_FALSE(at::equal(restored(square, observer), first));
  settings.set("top_k", "1");
  observer = {};
  EXPECT_TRUE(at::equal(restored(square, observer), best));
  settings.set("top_k", "0");
  settings.set("top_p", "0");
  observer = {};
  EXPECT_TRUE(at::equal(restored(square, observer), best));
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
TEST(RestoreVarPrecision, bfloat16TokensAgreeWhereTheyAreForced) {
  const RestoreVarConfig config = tinyConfig();
  const torch::NoGradGuard noGrad;
  RestoreVarNetwork exact = goldenNetwork(config, {});
  RestoreVarNetwork half = goldenNetwork(config, {.precision = at::kBFloat16});
  std::int64_t agree = 0, all = 0;
  for (int n = 0; n < 20; ++n) {
    const at::Tensor picture = (goldenPicture("bf16." + std::to_string(n), config.side()) + 1) / 2;
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
  EXPECT_GE(static_cast<double>(agree), 0.99 * static_cast<double>(all)) << agree << " of " << all;
}

TEST(RestoreVarTeacher, forcedLogitsUnderTheMaskAreThoseOfTheCache) {
  const RestoreVarConfig config = tinyConfig();
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

TEST(RestoreVarBatch, threePicturesGiveTheTokensOfThreeRuns) {
  const RestoreVarConfig config = tinyConfig();
  const torch::NoGradGuard noGrad;
  RestoreVarNetwork network = goldenNetwork(config, {});
  std::vector<at::Tensor> pictures;
  for (const char* key : {"a", "b", "c"}) pictures.push_back((goldenPicture(key, config.side()) + 1) / 2);
  const auto tokensOf = [&](const at::Tensor& batch) {
    std::vector<at::Tensor> tokens;
    VarRun run;
    run.scaleDone = [&](int, const at::Tensor& chosen, const at::Tensor&) { tokens.push_back(chosen.flatten(1)); };
    network->latent(batch, run);
    return at::cat(tokens, 1);
  };
  const at::Tensor together = tokensOf(at::cat(pictures));
  for (std::int64_t n = 0; n < 3; ++n)
    EXPECT_TRUE(at::equal(tokensOf(pictures[static_cast<std::size_t>(n)])[0], together[n]));
}

}  // namespace
}  // namespace heirloom::tests
