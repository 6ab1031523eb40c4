// Parity with the reference: the records of conformance/restorevar.json (restorevar.md 8).

#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>

#include <fstream>

#include "models/common/layer.h"
#include "models/restorevar/rope.h"
#include "tests/models/restorevar/golden.h"
#include "tests/support/shared.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using nlohmann::json;

json records(const std::filesystem::path& file) {
  std::ifstream in(file);
  return json::parse(in);
}

at::Tensor unit(const std::string& name, at::IntArrayRef shape, double factor = 1) {
  return goldenUniform("unit." + name, shape).to(at::kFloat) * factor;
}

constexpr double kModule = 1e-5;    // of transformer parts
constexpr double kRelative = 1e-4;  // of the autoencoder's parts, whose values reach ten
constexpr double kMargin = 2e-3;    // of how far a token's logit is above the next one's

class RestoreVarUnits : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    REQUIRE_SHARED(file, "conformance/restorevar.json");
    const json all = records(file);
    expected = all["unit_T4"];
    config = goldenConfig(all["T4"]);
  }

  template <typename Module>
  Module made(Module module, const std::string& prefix) {
    fillGolden(*module, prefix);
    placeLayers(*module, {.plain = GetParam()});
    return module;
  }
  RestoreVarNetwork network() { return goldenNetwork(config, {.plain = GetParam()}); }

  at::Tensor rows(int scale) const { return rotations(config.var.sides[static_cast<std::size_t>(scale)], 4, 16); }

  json expected;
  RestoreVarConfig config;
  const torch::NoGradGuard noGrad;
};

TEST_P(RestoreVarUnits, weightsAreFilledAsTheRecordsWere) {
  const auto expectFirst = [](const char* key, const std::vector<double>& values) {
    EXPECT_LT((goldenUniform(key, {3}) - at::tensor(values, at::kDouble)).abs().max().item<double>(), 1e-9) << key;
  };
  expectFirst("a", {-0.256538153, 0.99624455, 0.984212995});
  expectFirst("head.weight", {0.455669403, 0.562713742, -0.00178563595});
}

TEST_P(RestoreVarUnits, resizingIsTheReferences) {
  for (const auto& [name, record] : expected["bicubic"].items()) {
    const int side = std::stoi(name);
    expectGolden(at::upsample_bicubic2d(unit("b", {1, 2, side, side}), {32, 32}, false), record, 1e-6, 2e-4);
  }
  expectGolden(at::upsample_bicubic2d(unit("b", {1, 1, 3, 3}), {4, 4}, false), expected["bicubic_3->4_full"], 1e-6, 0);
  for (const auto& [name, record] : expected["area"].items()) {
    expectGolden(QuantiserImpl::pooled(unit("a", {1, 2, 32, 32}), std::stoi(name.substr(4))), record, 1e-6, 2e-4);
  }
  expectGolden(QuantiserImpl::pooled(unit("a", {1, 1, 4, 4}), 3), expected["area_4->3_full"], 1e-6, 0);
}

TEST_P(RestoreVarUnits, rotationsAreTheReferences) {
  const at::Tensor all = rotations(config.var.sides, 16);
  EXPECT_EQ(all.sizes().vec(), (std::vector<std::int64_t>{30, 8}));
  const auto compare = [&](const char* part, const at::Tensor& own) {
    const at::Tensor values = at::tensor(expected["rope_self_T4"][part].get<std::vector<double>>(), at::kDouble);
    EXPECT_LT((own.slice(0, 0, 14).flatten() - values).abs().max().item<double>(), 2e-6);
  };
  compare("cos", at::real(all));
  compare("sin", at::imag(all));
}

TEST_P(RestoreVarUnits, autoencoderPartsGiveTheReferencesValues) {
  RestoreVarNetwork whole = network();
  VqVae vae = whole->vae;
  for (int i = 0; i < 4; ++i) {
    expectGolden(vae->quantize->smoothed(unit("h", {1, 32, 4, 4}), i), expected["phi_" + std::to_string(i)], 1e-6,
                 1e-4);
  }
  const at::Tensor z = unit("z", {1, 32, 4, 4});
  expectGolden(vae->decoder->forward(z), expected["decoder"], kRelative, 0.5);
  expectGolden(vae->decode(z), expected["fhat_to_img"], kRelative, 0.5);
  const at::Tensor r = unit("r", {1, 32, 8, 8});
  const VaeResBlock block = made(VaeResBlock(32, 64), "encoder.down.2.block.0.");
  expectGolden(VaeResBlock(block)->forward(r), expected["resblock_down2_0"], kRelative, 0.05);
  expectGolden(VaeResBlock(block)->forward(unit("r", {1, 32, 8, 8}, 1e-3)), expected["resblock_down2_0_small"], 1e-3,
               0.3);
  expectGolden(made(VaeAttention(128), "encoder.mid.attn_1.")->forward(unit("t", {1, 128, 4, 4})),
               expected["attnblock_mid"], kRelative, 0.05);
  expectGolden(made(VaeDownsample(32), "encoder.down.0.downsample.")->forward(r), expected["downsample0"], kRelative,
               0.01);
  expectGolden(made(VaeUpsample(32), "decoder.up.1.upsample.")->forward(r), expected["upsample1"], kRelative, 0.05);
}

TEST_P(RestoreVarUnits, selfAttentionWithItsCacheGivesTheReferencesValues) {
  VarSelfAttention attention = made(VarSelfAttention(64, 4), "blocks.0.attn.");
  ScaleCache cache = attention->cache(1, 30);
  attention->forward(unit("x0", {1, 1, 64}), rows(0), cache);
  attention->forward(unit("x1", {1, 4, 64}), rows(1), cache);
  const at::Tensor x = attention->forward(unit("x2", {1, 9, 64}), rows(2), cache);
  expectGolden(x, expected["self_attn_scale3"], kModule, 0);
  EXPECT_EQ(cache.length(), 14);
  const at::Tensor nothing = at::empty({1, 0, 4, 16});
  expectGolden(cache.append(nothing, nothing).keys, expected["cached_k"], kModule, 1e-3);
}

TEST_P(RestoreVarUnits, blockAndItsPartsGiveTheReferencesValues) {
  VarBlock block = made(VarBlock(64, 4, 256), "blocks.0.");
  const at::Tensor c = unit("c", {1, 16, 64});
  const KeysValues picture = block->cross_attn->look(c, rows(3));
  expectGolden(block->cross_attn->forward(unit("x2", {1, 9, 64}), rows(2), picture), expected["cross_attn_scale3"],
               kModule, 0);
  expectGolden(block->perceptron(unit("x2", {1, 9, 64})), expected["ffn"], kModule, 0);
  ScaleCache cache = block->attn->cache(1, 30);
  expectGolden(block->forward(unit("x0", {1, 1, 64}), rows(0), picture, cache), expected["block0_scale1"], kModule, 0);

  const KeysValues faint = block->cross_attn->look(unit("c", {1, 16, 64}, 1e-3), rows(3));
  ScaleCache empty = block->attn->cache(1, 30);
  expectGolden(block->forward(unit("x0", {1, 1, 64}, 1e-3), rows(0), faint, empty), expected["block0_small"], 1e-3, 0);
}

TEST_P(RestoreVarUnits, headAndRefinerGiveTheReferencesValues) {
  RestoreVarNetwork whole = network();
  expectGolden(whole->var->logits(unit("x0", {1, 1, 64}, 1e-3)), expected["head_small"], 1e-3, 0);
  const auto refined = [&](double factor) {
    return whole->var->vae_refiner->forward(unit("f", {1, 16, 32}, factor), unit("m", {1, 30, 64}, factor));
  };
  expectGolden(refined(1), expected["lrt"], kModule, 0);
  expectGolden(refined(1e-3), expected["lrt_small"], 1e-3, 0);
}

INSTANTIATE_TEST_SUITE_P(Forms, RestoreVarUnits, testing::Bool(),
                         [](const auto& test) { return test.param ? "plain" : "fused"; });

TEST(RestoreVarQuantiser, tableOfSmoothersIsTheReferences) {
  const auto table = [](int scales) {
    std::vector<int> all;
    for (int scale = 0; scale < scales; ++scale) all.push_back(smootherOf(scale, scales));
    return all;
  };
  EXPECT_EQ(table(10), (std::vector<int>{0, 0, 1, 1, 1, 2, 2, 3, 3, 3}));
  EXPECT_EQ(table(4), (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(table(14), (std::vector<int>{0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3}));
}

struct Whole {
  const char* record;
  const char* picture;
  double latent;     // largest difference of an element
  double latentSum;  // and of the sum
  double image;
  bool plain;
};

class RestoreVarWhole : public testing::TestWithParam<Whole> {};

std::vector<std::int64_t> numbers(const at::Tensor& tokens) {
  const at::Tensor flat = tokens.contiguous().flatten();
  return {flat.const_data_ptr<std::int64_t>(), flat.const_data_ptr<std::int64_t>() + flat.numel()};
}

TEST_P(RestoreVarWhole, runGivesTheReferencesTokensLatentsAndPicture) {
  REQUIRE_SHARED(file, "conformance/restorevar.json");
  const json expected = records(file)[GetParam().record];
  const RestoreVarConfig config = goldenConfig(expected);
  const at::Tensor picture = goldenPicture(GetParam().picture, config.side());
  expectGolden(picture, expected["input"], 1e-6, 1e-2);
  const torch::NoGradGuard noGrad;
  RestoreVarNetwork network = goldenNetwork(config, {.plain = GetParam().plain});
  const double latent = GetParam().latent;

  const at::Tensor features = network->vae->encode(picture);
  expectGolden(features, expected["encoder_out"], 1e-4, 0.05);
  expectGolden(network->var->projected(features), expected["cond_proj"], 1e-4, 0.05);
  expectGolden(network->var->pictureTokens(network->var->projected(features)), expected["cond_tokens"], 1e-3, 1);

  // A batch of two: each must be what it is alone.
  const at::Tensor both = at::cat({picture, picture.flip(3)}).add(1).div(2);
  int asked = 0;
  VarRun run;
  run.choose = [&](const at::Tensor& logits, int scale) {
    const json& record = expected["logits_per_scale"][static_cast<std::size_t>(scale)];
    expectGolden(logits.narrow(0, 0, 1), record, 2e-3, 0.02 * std::sqrt(static_cast<double>(logits[0].numel())));
    const at::Tensor best = std::get<0>(logits[0].topk(2, -1));
    const double margin = (best.select(-1, 0) - best.select(-1, 1)).min().item<double>();
    EXPECT_NEAR(margin, expected["margin_per_scale"][static_cast<std::size_t>(scale)].get<double>(), kMargin);
    ++asked;
    return mostProbable(logits, scale);
  };
  run.scaleDone = [&](int scale, const at::Tensor& tokens, const at::Tensor& sum) {
    const auto at = static_cast<std::size_t>(scale);
    EXPECT_EQ(numbers(tokens[0]), expected["idx_per_scale"][at].get<std::vector<std::int64_t>>()) << "scale " << scale;
    expectGolden(sum.narrow(0, 0, 1), expected["fhat_per_scale"][at], 1e-5, 1e-2);
    if (scale + 1 < config.var.scales()) {
      const at::Tensor next = QuantiserImpl::pooled(sum.narrow(0, 0, 1), config.var.sides[at + 1]);
      expectGolden(next, expected["next_input_per_scale"][at], 1e-5, 1e-2);
    }
  };
  const RestoreVarNetworkImpl::Prediction prediction = network->predicted(both, run);
  EXPECT_EQ(asked, config.var.scales());
  std::int64_t before = 0;
  for (int scale = 0; scale < config.var.scales(); ++scale) {
    const auto at = static_cast<std::size_t>(scale);
    const std::int64_t tokens = config.var.sides[at] * config.var.sides[at];
    const at::Tensor said = prediction.memory.narrow(0, 0, 1).narrow(1, before, tokens);
    expectGolden(said, expected["block_out_per_scale"][at], 5e-3, 0.05 * std::sqrt(static_cast<double>(said.numel())));
    before += tokens;
  }
  const at::Tensor refined = network->refined(prediction);
  expectGolden(refined.narrow(0, 0, 1), expected["refined_latent"], latent, GetParam().latentSum);
  const double pixels = 3.0 * config.side() * config.side();
  expectGolden(network->decoded(refined).narrow(0, 0, 1), expected["image"], GetParam().image,
               GetParam().image * std::sqrt(pixels));
}

INSTANTIATE_TEST_SUITE_P(
    Records, RestoreVarWhole,
    testing::Values(Whole{"T4", "input11", 3e-6, 1e-4, 1e-4, true}, Whole{"T4", "input11", 3e-6, 1e-4, 1e-4, false},
                    Whole{"T10", "input5", 1e-4, 0.1, 2e-3, true}, Whole{"T10", "input5", 1e-4, 0.1, 2e-3, false}),
    [](const auto& test) { return std::string(test.param.record) + (test.param.plain ? "plain" : "fused"); });

// Of the first and the last token of every scale: how many inputs its logits follow from.
TEST(RestoreVarMask, letsTokensSeeAsManyAsInTheReference) {
  REQUIRE_SHARED(file, "conformance/restorevar.json");
  const auto allowed = records(file)["unit_T4"]["train_mask_allowed_per_row"].get<std::vector<std::int64_t>>();
  const RestoreVarConfig config = tinyRestoreVar();
  RestoreVarNetwork network = goldenNetwork(config);
  std::vector<at::Tensor> pooled;
  for (const std::int64_t side : {2, 3, 4})
    pooled.push_back(unit("p" + std::to_string(side), {1, 32, side, side}).set_requires_grad(true));
  const at::Tensor features = unit("e", {1, 32, 4, 4});
  const at::Tensor logits = network->var->forcedLogits(network->var->condition(features), pooled);
  std::vector<std::int64_t> seen;
  for (const std::int64_t row : {0, 1, 4, 5, 13, 14, 29}) {
    std::int64_t count = 1;  // the first token, which is none of these
    for (const at::Tensor& gradient :
         torch::autograd::grad({logits[0][row].square().sum()}, pooled, {}, /*retain_graph=*/true))
      count += gradient.abs().sum(1).gt(0).sum().item<std::int64_t>();
    seen.push_back(count);
  }
  EXPECT_EQ(seen, allowed);
}

class RestoreVarTraining : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(RestoreVarTraining, encodingGivesTheReferencesTokensAndPartialSums) {
  REQUIRE_SHARED(file, "conformance/restorevar.json");
  const json expected = records(file)[GetParam().first];
  const RestoreVarConfig config = goldenConfig(expected);
  const torch::NoGradGuard noGrad;
  VqVae vae = goldenNetwork(config)->vae;
  const at::Tensor latent = vae->quant_conv->forward(vae->encode(goldenPicture(GetParam().second, config.side())));
  expectGolden(latent, expected["quant_conv_out"], 1e-5, 1e-2);
  const QuantiserImpl::Encoding encoding = vae->quantize->encode(latent, config.var.sides);
  std::vector<at::Tensor> teacher;
  for (std::size_t scale = 0; scale < encoding.tokens.size(); ++scale) {
    const auto tokens = expected["vq_encode_idx"][scale].get<std::vector<std::int64_t>>();
    EXPECT_EQ(numbers(encoding.tokens[scale]), tokens) << "scale " << scale;
    expectGolden(encoding.partial[scale], expected["vq_encode_fhat"][scale], 1e-5, 1e-2);
    if (scale + 1 < encoding.tokens.size()) {
      const int side = config.var.sides[scale + 1];
      teacher.push_back(QuantiserImpl::pooled(encoding.partial[scale], side).flatten(2).transpose(1, 2));
    }
  }
  expectGolden(at::cat(teacher, 1), expected["vq_teacher_input"], 1e-5, 1e-2);
}

INSTANTIATE_TEST_SUITE_P(Records, RestoreVarTraining,
                         testing::Values(std::pair("T4", "input11"), std::pair("T10", "input5")),
                         [](const auto& test) { return std::string(test.param.first); });

}  // namespace
}  // namespace heirloom::tests
