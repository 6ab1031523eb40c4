// The UNet's names, configurations and memory.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <fstream>
#include <map>

#include "models/checkpoint/tensors.h"
#include "models/common/error.h"
#include "models/instantir/network.h"
#include "tests/models/instantir/golden.h"
#include "tests/support/shared.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using Shapes = std::map<std::string, std::string>;  // "64x320x3x3" by name

Shapes listed(const std::filesystem::path& file) {
  Shapes shapes;
  std::ifstream lines(file);
  std::string name, shape, rest;
  while (lines >> name >> shape && std::getline(lines, rest)) shapes[name] = shape;
  return shapes;
}

/// Memory that nobody writes to is none: the full-size network costs nothing here.
Shapes own(const torch::nn::Module& module) {
  Shapes shapes;
  for (const auto& [name, tensor] : stateOf(module)) {
    std::string& text = shapes[name];
    for (const std::int64_t size : tensor.sizes()) {
      if (!text.empty()) text += 'x';
      text += std::to_string(size);
    }
  }
  return shapes;
}

std::int64_t parameters(const torch::nn::Module& module) {
  std::int64_t sum = 0;
  for (const at::Tensor& parameter : module.parameters()) sum += parameter.numel();
  return sum;
}

TEST(PublicNetworks, haveTheNamesAndShapesOfTheirFiles) {
  REQUIRE_SHARED(keys, "conformance/instantir/keys");
  const PictureUNet network{InstantIrConfig()};
  EXPECT_EQ(own(*network->unet), listed(keys / "sdxl_unet.tsv"));
  EXPECT_EQ(own(*network->image_proj), listed(keys / "adapter_image_proj.tsv"));
  EXPECT_EQ(own(*network->ip_adapter), listed(keys / "adapter_ip_adapter.tsv"));
  EXPECT_EQ(own(*Aggregator(UNetConfig())), listed(keys / "aggregator.tsv"));
  EXPECT_EQ(parameters(*network->unet), 2'567'463'684);
  EXPECT_EQ(parameters(*network->image_proj), 82'695'424);
  EXPECT_EQ(parameters(*network->ip_adapter), 767'104'000);
  EXPECT_EQ(parameters(*Aggregator(UNetConfig())), 1'004'809'280);
  std::ifstream file(keys / "attn_processor_order.json");
  std::vector<std::string> order;
  for (const auto& attention : UNet(network->unet)->attentions()) order.push_back(attention.path + ".processor");
  EXPECT_EQ(order, nlohmann::json::parse(file).get<std::vector<std::string>>());
}

nlohmann::json sdxlConfiguration() {
  return nlohmann::json::parse(R"({"act_fn": "silu", "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256, "attention_head_dim": [5, 10, 20], "block_out_channels": [320, 640, 1280],
    "cross_attention_dim": 2048, "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
    "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"], "flip_sin_to_cos": true,
    "freq_shift": 0, "in_channels": 4, "layers_per_block": 2, "mid_block_type": "UNetMidBlock2DCrossAttn",
    "norm_eps": 1e-05, "norm_num_groups": 32, "num_attention_heads": null, "out_channels": 4,
    "projection_class_embeddings_input_dim": 2816, "sample_size": 128, "time_embedding_type": "positional",
    "transformer_layers_per_block": [1, 2, 10], "use_linear_projection": true})");
}

TEST(UNetConfigurations, sdxlsIsTheDefault) {
  EXPECT_EQ(unetConfigOf(sdxlConfiguration().dump()), UNetConfig());
}

TEST(UNetConfigurations, otherKindsAreRefusedInWords) {
  const auto complaint = [](const char* name, const nlohmann::json& value) {
    nlohmann::json config = sdxlConfiguration();
    config[name] = value;
    try {
      unetConfigOf(config.dump());
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(complaint("use_linear_projection", false).find("convolutions"), std::string::npos);
  EXPECT_NE(complaint("addition_embed_type", "text").find("addition_embed_type"), std::string::npos);
  EXPECT_NE(complaint("block_out_channels", nlohmann::json::array()).find("block_out_channels"), std::string::npos);
  EXPECT_NE(complaint("attention_head_dim", 7).find("attention_head_dim"), std::string::npos);
  EXPECT_NE(complaint("norm_num_groups", 0).find("norm_num_groups"), std::string::npos);
  EXPECT_NE(complaint("layers_per_block", 1e12).find("layers_per_block"), std::string::npos);
  EXPECT_NE(complaint("cross_attention_dim", nullptr).find("cross_attention_dim"), std::string::npos);
  EXPECT_NE(complaint("up_block_types", {"UpBlock2D", "UpBlock2D", "UpBlock2D"}).find("mirror"), std::string::npos);
  EXPECT_THROW(unetConfigOf("{"), Error);
  EXPECT_THROW(unetConfigOf("{}"), Error);
}

TEST(LowRanks, aCorrectionOfAnotherShapeIsRefusedWithBoth) {
  AdaptableLinear layer(8, 16);
  try {
    layer->adapt({at::zeros({2, 9}), at::zeros({16, 2})});
    FAIL() << "taken";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("2 x 9"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("16 x 8"), std::string::npos) << error.what();
  }
  EXPECT_THROW(merged(at::zeros({16, 8}), {at::zeros({2, 8}), at::zeros({16, 3})}), Error);
}

TEST(LowRanks, standBesideTheNormThatIsPartOfALayer) {
  const torch::NoGradGuard noGrad;
  for (const bool plain : {true, false}) {
    LayerNorm norm(32);
    norm->weight.copy_(recordedWeight("norm.weight", {32}));
    norm->bias.copy_(recordedWeight("norm.bias", {32}));
    const auto source = [](const std::string& name) {
      return recordedWeight(name, name == "bias" ? at::IntArrayRef{48} : at::IntArrayRef{48, 32});
    };
    const LowRank correction = {recordedWeight("a.weight", {4, 32}), recordedWeight("b.weight", {48, 4}), 0.5};
    AdaptableLinear beside(32, 48, LinearOptions{.norm = norm}), whole(32, 48, LinearOptions{.norm = norm});
    loadPlaced(*beside, source, {.plain = plain});
    beside->adapt(correction);
    loadPlaced(*whole,
               mergedSource([&](const std::string& name) { return source(name.substr(2)); }, {{"l", correction}}),
               {.plain = plain}, "l.");
    const at::Tensor x = recordedInput("x", {2, 5, 32});
    EXPECT_LT((beside->forward(x, true) - whole->forward(x, false)).abs().max().item<double>(), 1e-5);
    EXPECT_GT((beside->forward(x, true) - beside->forward(x, false)).abs().max().item<double>(), 1e-2);
  }
}

}  // namespace
}  // namespace heirloom::tests
