#include "tests/models/instantir/golden.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <fstream>
#include <regex>
#include <sstream>

#include "models/checkpoint/tensors.h"
#include "tests/models/support/hashed_values.h"
#include "tests/support/shared.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

constexpr std::int64_t kRank = 4;

at::Tensor valued(const std::string& key, at::IntArrayRef shape, double slope, double offset) {
  return (goldenUniform(key, shape) * slope + offset).to(at::kFloat);
}

/// The module path of a layer as the reference names it.
std::string referencePath(const std::string& path, const PictureUNet& network) {
  const std::string rest = path.substr(path.find('.') + 1);
  if (path.starts_with("image_proj.")) return "encoder_hid_proj.image_projection_layers.0." + rest;
  if (path.starts_with("unet.")) return rest;
  const auto dot = rest.find('.');
  for (const auto& place : network->ip_adapter->places()) {
    if (place.number == rest.substr(0, dot)) return place.path + ".processor" + rest.substr(dot);
  }
  return "";
}

}  // namespace

nlohmann::json instantIrRecords() {
  if (!sharedFolder()) return {};
  std::ifstream file(*sharedFolder() / "conformance/instantir/reference.json");
  std::stringstream text;
  text << file.rdbuf();
  // Python writes infinities, which JSON does not have.
  return nlohmann::json::parse(std::regex_replace(text.str(), std::regex("Infinity"), "null"));
}

at::Tensor recordedWeight(const std::string& key, at::IntArrayRef shape) {
  const std::string last = key.substr(key.rfind('.') + 1);
  if (last == "bias") return valued(key, shape, 0.05, 0);
  if (last == "lambda1") return valued(key, shape, 0.1, 0.5);
  if (last == "cls_token" || last.ends_with("position_embeddings") || last == "latents" ||
      key.ends_with("_embedding.weight"))
    return valued(key, shape, 0.5, 0);
  if (shape.size() == 1) return valued(key, shape, 0.1, 1);
  double fanIn = 1;
  for (std::size_t i = 1; i < shape.size(); ++i) fanIn *= static_cast<double>(shape[i]);
  return valued(key, shape, std::sqrt(3 / fanIn), 0);
}

at::Tensor recordedInput(const std::string& name, at::IntArrayRef shape) {
  return valued("in." + name, shape, std::sqrt(3.0), 0);
}

InstantIrConfig tinyInstantIr() {
  InstantIrConfig config;
  config.unet = {.widths = {32, 64, 128},
                 .heads = {2, 4, 8},
                 .depths = {0, 1, 2},
                 .textWidth = 48,
                 .groups = 8,
                 .sizeEmbedding = 16,
                 .additionWidth = 120,
                 .sampleSide = 16};
  config.resampler = {.width = 64, .depth = 2, .heads = 4, .headWidth = 16, .queries = 8, .inputs = 40, .outputs = 48};
  return config;
}

WeightSource recordedSource(const InstantIrConfig& config) {
  std::map<std::string, std::vector<std::int64_t>> shapes;
  for (const auto& [name, tensor] : stateOf(*PictureUNet(config))) shapes[name] = tensor.sizes().vec();
  for (const auto& [name, tensor] : stateOf(*Aggregator(config.unet)))
    shapes["aggregator." + name] = tensor.sizes().vec();
  return [shapes](const std::string& name) { return recordedWeight(name, shapes.at(name)); };
}

LowRanks recordedCorrections(const InstantIrConfig& config) {
  const PictureUNet network(config);
  std::map<std::string, std::vector<std::int64_t>> shapes;
  for (const auto& [name, tensor] : stateOf(*network)) shapes[name] = tensor.sizes().vec();
  LowRanks corrections;
  for (const std::string& path : adaptablePaths(network)) {
    std::vector<std::int64_t> down = shapes.at(path + ".weight"), up(down.size(), 1);
    up[0] = down[0], up[1] = kRank, down[0] = kRank;
    const std::string key = "lora." + referencePath(path, network);
    corrections[path] = {recordedWeight(key + ".lora_A.weight", down), recordedWeight(key + ".lora_B.weight", up),
                         0.25 / static_cast<double>(kRank)};
  }
  return corrections;
}

Guide positiveGuide() {
  return {recordedInput("text", {1, 7, 48}), recordedInput("pooled", {1, 24}), recordedInput("dino", {1, 17, 40})};
}

Guide negativeGuide() {
  return {recordedInput("neg_text", {1, 7, 48}), recordedInput("neg_pooled", {1, 24}),
          recordedInput("neg_dino", {1, 17, 40})};
}

at::Tensor RecordedNoise::normal(at::IntArrayRef shape) {
  return valued("noise." + std::to_string(draws_++), shape, std::sqrt(3.0), 0);
}

void expectRecord(const at::Tensor& found, const nlohmann::json& record, double tolerance) {
  ASSERT_EQ(found.sizes().vec(), record["shape"].get<std::vector<std::int64_t>>());
  const at::Tensor values = found.to(at::kDouble).contiguous().flatten();
  const double largest = values.abs().max().item<double>();
  const auto compare = [&](const char* part, bool atEnd) {
    const at::Tensor expected = at::tensor(record[part].get<std::vector<double>>(), at::kDouble);
    const at::Tensor own = values.narrow(0, atEnd ? values.numel() - expected.numel() : 0, expected.numel());
    EXPECT_LE((own - expected).abs().max().item<double>(), tolerance * largest) << part << ":\n"
                                                                                << own << "\n"
                                                                                << expected;
  };
  compare("head", false);
  compare("tail", true);
  const double magnitude = record["abssum"];
  EXPECT_NEAR(values.sum().item<double>(), record["sum"].get<double>(), tolerance * magnitude);
  EXPECT_NEAR(values.abs().sum().item<double>(), magnitude, tolerance * magnitude);
}

}  // namespace heirloom::tests
