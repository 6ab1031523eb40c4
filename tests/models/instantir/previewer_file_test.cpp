// The previewer's corrections in all spellings of their files.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "models/common/error.h"
#include "models/instantir/previewer_file.h"
#include "tests/models/instantir/golden.h"
#include "tests/support/shared.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

using Tensors = std::vector<std::pair<std::string, at::Tensor>>;

LowRanks readAll(const Tensors& tensors, const PictureUNet& network) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : tensors) names.push_back(name);
  return readPreviewer(
      names,
      [&](const std::string& name) { return std::ranges::find(tensors, name, &Tensors::value_type::first)->second; },
      network);
}

at::Tensor down() {
  return at::full({4, 64}, 2.0);
}
at::Tensor up() {
  return at::full({64, 4}, 3.0);
}

/// "64x320x3x3".
std::vector<std::int64_t> shapeOf(const std::string& text) {
  std::vector<std::int64_t> sides;
  std::istringstream in(text);
  for (std::string side; std::getline(in, side, 'x');) sides.push_back(std::stoll(side));
  return sides;
}

TEST(PreviewerFiles, thePublishedNamesAndShapesAreThoseOfThe942Layers) {
  REQUIRE_SHARED(keys, "conformance/instantir/keys/previewer_lora.tsv");
  constexpr std::int64_t kRank = 64;
  const PictureUNet network{InstantIrConfig()};
  std::ifstream lines(keys);
  std::vector<std::string> names;
  std::map<std::string, std::vector<std::int64_t>> shapes;
  std::string name, shape, rest;
  while (lines >> name >> shape && std::getline(lines, rest)) {
    names.push_back(name);
    shapes[name] = shapeOf(shape);
  }
  ASSERT_EQ(names.size(), 1884U);
  const LowRanks read = readPreviewer(
      names, [&](const std::string& tensor) { return at::zeros({}).expand(shapes.at(tensor)); }, network);
  const auto modules = network->named_modules();
  std::vector<std::string> paths = adaptablePaths(network);
  std::ranges::sort(paths);
  ASSERT_EQ(paths.size(), 942U);
  std::vector<std::string> found;
  for (const auto& [path, correction] : read) {
    found.push_back(path);
    EXPECT_EQ(correction.scale, 1.0 / kRank);
    std::vector<std::int64_t> down = modules[path]->named_parameters(/*recurse=*/false)["weight"].sizes().vec();
    std::vector<std::int64_t> up(down.size(), 1);
    up[0] = down[0], up[1] = kRank, down[0] = kRank;
    EXPECT_EQ(correction.down.sizes().vec(), down) << path;
    EXPECT_EQ(correction.up.sizes().vec(), up) << path;
  }
  EXPECT_EQ(found, paths);
}

TEST(PreviewerFiles, everySpellingIsTheSameLayer) {
  const PictureUNet network{tinyInstantIr()};
  const std::string block = "down_blocks.1.attentions.0.transformer_blocks.0.";
  const std::string flat = "lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_out_0";
  const std::pair<std::string, std::string> spellings[] = {
      {"unet." + block + "attn1.to_out.0.lora_A.weight", "unet." + block + "attn1.to_out.0.lora_B.weight"},
      {"unet." + block + "attn1.to_out.0.lora.down.weight", "unet." + block + "attn1.to_out.0.lora.up.weight"},
      {"unet." + block + "attn1.to_out_lora.down.weight", "unet." + block + "attn1.to_out_lora.up.weight"},
      {"unet." + block + "attn1.processor.to_out_lora.down.weight",
       "unet." + block + "attn1.processor.to_out_lora.up.weight"},
      {flat + ".lora_down.weight", flat + ".lora_up.weight"}};
  for (const auto& [a, b] : spellings) {
    SCOPED_TRACE(a);
    const LowRanks read = readAll({{a, down()}, {b, up()}}, network);
    ASSERT_EQ(read.size(), 1U);
    EXPECT_EQ(read.begin()->first, "unet." + block + "attn1.to_out.0");
    EXPECT_TRUE(read.begin()->second.down.equal(down()));
    EXPECT_TRUE(read.begin()->second.up.equal(up()));
    EXPECT_EQ(read.begin()->second.scale, 0.25);
  }
  const std::string branch = "unet." + block + "attn2.processor.to_k_ip.";
  EXPECT_EQ(readAll({{branch + "lora_A.weight", down()}, {branch + "lora_B.weight", up()}}, network).begin()->first,
            "ip_adapter.1.to_k_ip");
}

TEST(PreviewerFiles, theFirstAlphaIsThatOfAllLayers) {
  const PictureUNet network{tinyInstantIr()};
  const std::string a = "lora_unet_mid_block_resnets_0_conv1.", b = "lora_unet_mid_block_resnets_1_conv1.";
  const LowRanks read = readAll({{a + "alpha", at::full({}, 8.0)},
                                 {a + "lora_down.weight", down()},
                                 {a + "lora_up.weight", up()},
                                 {b + "alpha", at::full({}, 2.0)},
                                 {b + "lora_down.weight", down()},
                                 {b + "lora_up.weight", up()}},
                                network);
  ASSERT_EQ(read.size(), 2U);
  for (const auto& [path, correction] : read) EXPECT_EQ(correction.scale, 2) << path;
}

TEST(PreviewerFiles, anotherModelsFileIsRefusedByName) {
  const PictureUNet network{tinyInstantIr()};
  const auto complaint = [&](const Tensors& tensors) {
    try {
      readAll(tensors, network);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(complaint({{"unet.down_blocks.7.resnets.0.conv1.lora_A.weight", down()}}).find("down_blocks.7"),
            std::string::npos);
  EXPECT_NE(complaint({{"unet.mid_block.resnets.0.conv1.lora_A.weight", down()}}).find("one half"), std::string::npos);
  EXPECT_NE(complaint({{"unet.mid_block.resnets.0.conv1.weight", down()}}).find("no part"), std::string::npos);
  EXPECT_NE(complaint({}).find("holds none"), std::string::npos);
  // Text keys are none of the layers that are corrected.
  EXPECT_NE(complaint({{"unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_k.lora_A.weight", down()}})
                .find("belongs to no layer"),
            std::string::npos);
}

}  // namespace
}  // namespace heirloom::tests
