// The autoencoder against conformance/instantir/reference.json (instantir.md 7), and what holds for every one.

#include "models/sdxl/vae.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <string>

#include "models/common/random_weights.h"
#include "tests/models/sdxl/golden.h"
#include "tests/models/support/hashed_values.h"
#include "tests/support/shared.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

const SdxlVaeConfig kTiny{.channels = {16, 32, 32, 32}, .groups = 8};

template <typename Part>
Part& partOf(SdxlVae& vae, const std::string& path) {
  return dynamic_cast<Part&>(*vae->named_modules()[path]);
}

class SdxlVaeRecords : public testing::TestWithParam<bool> {
 protected:
  const torch::NoGradGuard noGrad;
};

TEST_P(SdxlVaeRecords, encoderAndDecoderGiveTheReferencesValues) {
  REQUIRE_SHARED(file, "conformance/instantir/reference.json");
  const nlohmann::json expected = instantIrRecords();
  SdxlVae vae(kTiny);
  fillRecord(*vae, "vae.");
  placeLayers(*vae, {.plain = GetParam()});
  const LatentDistribution latents = vae->encode(goldenUniform("in.image", {1, 3, 32, 40}).to(at::kFloat));
  expectRecord(latents.mean, expected["vae_mean"]);
  expectRecord(latents.deviation, expected["vae_std"]);
  expectRecord(vae->decode(recordedInput("z", {1, 4, 4, 5})), expected["vae_decode"]);
}

TEST_P(SdxlVaeRecords, everyBlockGivesTheReferencesValues) {
  REQUIRE_SHARED(file, "conformance/instantir/reference.json");
  const nlohmann::json records = instantIrRecords();
  EXPECT_EQ(vaeConfigOf(records["tiny_vae_config"].dump()), kTiny);
  const nlohmann::json& expected = records["vae_acts"];
  SdxlVae vae(kTiny);
  fillRecord(*vae, "vae.");
  placeLayers(*vae, {.plain = GetParam()});
  std::size_t seen = 0;
  const auto compare = [&](const at::Tensor& found, const std::string& path) {
    SCOPED_TRACE(path);
    if (!expected.contains(path)) return;
    expectRecord(found, expected[path]);
    ++seen;
  };
  const auto through = [&](at::Tensor x, const std::string& blocks, int count) {
    for (int i = 0; i < count; ++i)
      x = partOf<VaeResBlockImpl>(vae, blocks + ".resnets." + std::to_string(i)).forward(x);
    return x;
  };
  const auto middle = [&](const at::Tensor& x, const std::string& path) {
    const at::Tensor first = partOf<VaeResBlockImpl>(vae, path + ".resnets.0").forward(x);
    const at::Tensor attended = partOf<SdxlVaeAttentionImpl>(vae, path + ".attentions.0").forward(first);
    compare(attended, path + ".attentions.0");
    const at::Tensor second = partOf<VaeResBlockImpl>(vae, path + ".resnets.1").forward(attended);
    compare(second, path);
    return second;
  };
  const int last = 3;  // level

  at::Tensor x =
      partOf<ConvolutionImpl>(vae, "encoder.conv_in").forward(goldenUniform("in.image", {1, 3, 32, 40}).to(at::kFloat));
  compare(x, "encoder.conv_in");
  for (int level = 0; level <= last; ++level) {
    const std::string path = "encoder.down_blocks." + std::to_string(level);
    x = through(x, path, kTiny.blocks);
    if (level < last) x = partOf<VaeDownsampleImpl>(vae, path + ".downsamplers.0").forward(x);
    compare(x, path);
  }
  x = partOf<VaeNormImpl>(vae, "encoder.conv_norm_out").activated(middle(x, "encoder.mid_block"));
  compare(partOf<ConvolutionImpl>(vae, "encoder.conv_out").forward(x), "encoder.conv_out");

  x = partOf<ConvolutionImpl>(vae, "post_quant_conv").forward(recordedInput("z", {1, 4, 4, 5}));
  x = middle(partOf<ConvolutionImpl>(vae, "decoder.conv_in").forward(x), "decoder.mid_block");
  for (int level = 0; level <= last; ++level) {
    const std::string path = "decoder.up_blocks." + std::to_string(level);
    x = through(x, path, kTiny.blocks + 1);
    if (level < last) x = partOf<VaeUpsampleImpl>(vae, path + ".upsamplers.0").forward(x);
    compare(x, path);
  }
  EXPECT_EQ(seen, expected.size());
}

INSTANTIATE_TEST_SUITE_P(Forms, SdxlVaeRecords, testing::Bool(),
                         [](const auto& test) { return test.param ? "plain" : "fused"; });

TEST(SdxlVae, keysOfOlderFilesGetTheirPresentNames) {
  EXPECT_EQ(presentVaeKey("encoder.mid_block.attentions.0.query.weight"), "encoder.mid_block.attentions.0.to_q.weight");
  EXPECT_EQ(presentVaeKey("decoder.mid_block.attentions.0.proj_attn.bias"),
            "decoder.mid_block.attentions.0.to_out.0.bias");
  EXPECT_EQ(presentVaeKey("decoder.mid_block.attentions.0.to_k.bias"), "decoder.mid_block.attentions.0.to_k.bias");
  EXPECT_EQ(presentVaeKey("encoder.conv_in.weight"), "encoder.conv_in.weight");
}

TEST(SdxlVae, publishedSizesHaveTheKeysOfThePublicFile) {
  REQUIRE_SHARED(file, "conformance/instantir/keys/sdxl_vae.tsv");
  expectKeys(*SdxlVae(SdxlVaeConfig{}), file);
}

TEST(SdxlVae, tilesCoverAPictureOfAnySizeWithoutSeams) {
  const torch::NoGradGuard noGrad;
  SdxlVae vae(kTiny);
  randomise(*vae);
  placeLayers(*vae, {});
  const VaeTiles tiles{.side = 8, .overlap = 4};
  const at::Tensor small = at::rand({1, 4, 8, 6});
  EXPECT_TRUE(at::equal(decodeInTiles(vae, small, tiles), vae->decode(small)));

  const at::Tensor large = at::rand({1, 4, 13, 21});
  const at::Tensor picture = decodeInTiles(vae, large, tiles);
  EXPECT_EQ(picture.sizes().vec(), (std::vector<std::int64_t>{1, 3, 104, 168}));
  EXPECT_TRUE(picture.isfinite().all().item<bool>());
  const at::Tensor whole = vae->decode(large);
  const double apart = (picture - whole).abs().mean().item<double>() / whole.std().item<double>();
  // Norms see one tile at a time; pictures that have nothing to do with each other are 1.1 apart.
  EXPECT_LT(apart, 0.7);
  const LatentDistribution latents = encodeInTiles(vae, picture, tiles);
  EXPECT_EQ(latents.mean.sizes(), large.sizes());
  EXPECT_TRUE((latents.deviation > 0).all().item<bool>());
}

TEST(SdxlVae, aStopIsAskedForAtEveryBlock) {
  const torch::NoGradGuard noGrad;
  SdxlVae vae(kTiny);
  randomise(*vae);
  int asked = 0;
  vae->decode(at::zeros({1, 4, 2, 2}), [&] { ++asked; });
  EXPECT_EQ(asked, 2 + 4 * 3);
  EXPECT_THROW(vae->encode(at::zeros({1, 3, 16, 16}), [] { throw Stopped{}; }), Stopped);
}

}  // namespace
}  // namespace heirloom::tests
