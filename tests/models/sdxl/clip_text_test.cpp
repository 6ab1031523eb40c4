// The text encoders against conformance/instantir/clip_dino.json (instantir.md 7.2).

#include "models/sdxl/clip_text.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <fstream>
#include <utility>

#include "models/common/random_weights.h"
#include "tests/models/sdxl/golden.h"
#include "tests/support/shared.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using nlohmann::json;

constexpr ClipTextConfig kTinyL{.vocabulary = 100, .positions = 16, .width = 32, .layers = 3, .heads = 4, .hidden = 64};
constexpr ClipTextConfig kTinyG{.vocabulary = 100,
                                .positions = 16,
                                .width = 32,
                                .layers = 3,
                                .heads = 4,
                                .hidden = 64,
                                .projection = 24,
                                .quickGelu = false};

class ClipTextRecords : public testing::TestWithParam<bool> {
 protected:
  ClipTextEncoding encoded(const ClipTextConfig& config, const std::string& prefix, const json& record) const {
    ClipText network(config);
    fillRecord(*network, prefix);
    placeLayers(*network, {.plain = GetParam()});
    const auto ids = record["ids"][0].get<std::vector<std::int64_t>>();
    return network->forward(at::tensor(ids, at::kLong).unsqueeze(0));
  }
  /// The reference's last state, which is behind the norm.
  static at::Tensor normed(const at::Tensor& last, const std::string& prefix) {
    const at::IntArrayRef width = last.sizes().slice(2);
    const std::string norm = prefix + "text_model.final_layer_norm.";
    return at::layer_norm(last, width, recordedWeight(norm + "weight", width), recordedWeight(norm + "bias", width));
  }
  const torch::NoGradGuard noGrad;
};

TEST_P(ClipTextRecords, bothEncodersGiveTheReferencesValues) {
  REQUIRE_SHARED(file, "conformance/instantir/clip_dino.json");
  std::ifstream in(file);
  const json expected = json::parse(in);
  const json &l = expected["clip_l_tiny"], &g = expected["clip_g_tiny"];
  const ClipTextEncoding first = encoded(kTinyL, "clip_l.", l);
  expectRecord(first.beforeLast, l["hidden_m2"]);
  expectRecord(normed(first.last, "clip_l."), l["last"]);
  expectRecord(first.pooled, l["pooled"]);
  const ClipTextEncoding second = encoded(kTinyG, "clip_g.", g);
  expectRecord(second.beforeLast, g["hidden_m2"]);
  expectRecord(normed(second.last, "clip_g."), g["last"]);
  expectRecord(second.pooled, g["text_embeds"]);
  ClipTextConfig unprojected = kTinyG;
  unprojected.projection = 0;
  expectRecord(encoded(unprojected, "clip_g.", g).pooled, g["pooled"]);
}

INSTANTIATE_TEST_SUITE_P(Forms, ClipTextRecords, testing::Bool(),
                         [](const auto& test) { return test.param ? "plain" : "fused"; });

TEST(ClipText, publishedSizesHaveTheKeysOfThePublicFiles) {
  REQUIRE_SHARED(keys, "conformance/instantir/keys");
  const ClipTextConfig second{
      .width = 1280, .layers = 32, .heads = 20, .hidden = 5120, .projection = 1280, .quickGelu = false};
  expectKeys(*ClipText(ClipTextConfig{}), keys / "sdxl_text_encoder.tsv", {"position_ids"});
  expectKeys(*ClipText(second), keys / "sdxl_text_encoder_2.tsv", {"position_ids"});
}

TEST(ClipText, aTokenSeesOnlyWhatComesBeforeIt) {
  const torch::NoGradGuard noGrad;
  ClipText network(kTinyL);
  randomise(*network);
  const auto encoded = [&](std::vector<std::int64_t> ids) {
    return network->forward(at::tensor(ids, at::kLong).unsqueeze(0)).beforeLast;
  };
  const at::Tensor a = encoded({98, 5, 17, 99}), b = encoded({98, 5, 33, 99});
  EXPECT_TRUE(at::allclose(a.narrow(1, 0, 2), b.narrow(1, 0, 2)));
  EXPECT_FALSE(at::allclose(a.narrow(1, 2, 2), b.narrow(1, 2, 2)));
}

TEST(ClipText, halfPrecisionStaysNear) {
  const torch::NoGradGuard noGrad;
  for (const ClipTextConfig& config : {kTinyL, kTinyG}) {
    const auto made = [&](const Placement& placement) {
      ClipText network(config);
      fillRecord(*network, "clip.");
      placeLayers(*network, placement);
      return network->forward(at::tensor(std::vector<std::int64_t>{98, 5, 17, 33, 99}, at::kLong).unsqueeze(0));
    };
    const ClipTextEncoding exact = made({});
    // float16 has eight times finer steps.
    for (const auto& [precision, most] : {std::pair(at::kBFloat16, 0.1), std::pair(at::kHalf, 0.1 / 8)}) {
      const ClipTextEncoding half = made({.precision = precision});
      const double apart = (half.beforeLast.to(at::kFloat) - exact.beforeLast).abs().max().item<double>();
      EXPECT_LT(apart, most) << precision;
      EXPECT_GT(apart, 1e-5) << precision;
      EXPECT_LT((half.pooled.to(at::kFloat) - exact.pooled).abs().max().item<double>(), most) << precision;
    }
  }
}

}  // namespace
}  // namespace heirloom::tests
