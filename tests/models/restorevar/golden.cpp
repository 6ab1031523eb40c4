#include "tests/models/restorevar/golden.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "models/checkpoint/tensors.h"
#include "models/common/layer.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using nlohmann::json;

/// value = slope * u + offset
struct Rule {
  double slope = 0;
  double offset = 0;
};

Rule ruleOf(const std::string& key, const at::Tensor& tensor) {
  const std::string last = key.substr(key.rfind('.') + 1);
  if (last.find("scale_mul") != std::string::npos) return {0.3, std::log(12.0)};
  if (last == "gain" || last == "global_embed_gain") return {0.1, 0.5};
  if (last.starts_with("pos_embedding")) return {0.5, 0};
  if (key.ends_with(".embedding.weight")) return {1, 0};
  if (key == "class_emb.weight" || key == "lvl_embed.weight" || key == "lvl_embed_cond.weight") return {0.2, 0};
  if (last == "bias" || last == "q_bias" || last == "v_bias") return {0.05, 0};
  if (tensor.dim() == 1) return {0.1, 1};
  double factor = 1;
  if (key == "head.weight") factor = 4;
  if (key == "word_embed.weight" || key == "word_embed_cond.weight") factor = 6;
  if (key.ends_with("attn.proj.weight") || key.ends_with("cross_attn.out_proj.weight")) factor = 0.5;
  const double fanIn = static_cast<double>(tensor.numel()) / static_cast<double>(tensor.size(0));
  return {factor * std::sqrt(3 / fanIn), 0};
}

}  // namespace

void fillGolden(torch::nn::Module& module, const std::string& prefix) {
  const torch::NoGradGuard noGrad;
  for (auto& [name, tensor] : stateOf(module)) {
    const std::string key = prefix + name;
    const Rule rule = ruleOf(key, tensor);
    at::Tensor(tensor).copy_((goldenUniform(key, tensor.sizes()) * rule.slope + rule.offset).to(at::kFloat));
  }
}

RestoreVarConfig tinyRestoreVar() {
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

RestoreVarConfig tenScales() {
  RestoreVarConfig config = tinyRestoreVar();
  config.var.sides = VarConfig{}.sides;
  return config;
}

RestoreVarConfig goldenConfig(const json& record) {
  const json& config = record["config"];
  RestoreVarConfig made;
  made.vae.channels = config["ch"];
  made.vae.vocabulary = config["V"];
  made.var.depth = config["depth"];
  made.var.width = config["C"];
  made.var.heads = config["H"];
  made.var.hidden = 4 * made.var.width;
  made.var.classes = 10;
  made.var.sides = config["pn"].get<std::vector<int>>();
  made.var.refiner = {config["rd"], config["rh"], config["rdepth"], 96};
  return made;
}

RestoreVarNetwork goldenNetwork(const RestoreVarConfig& config) {
  RestoreVarNetwork network(config);
  fillGolden(*network->var);
  fillGolden(*network->vae);
  return network;
}

RestoreVarNetwork goldenNetwork(const RestoreVarConfig& config, const Placement& placement) {
  RestoreVarNetwork network = goldenNetwork(config);
  placeLayers(*network, placement);
  return network;
}

at::Tensor goldenPicture(const std::string& key, int side) {
  const double turn = 2 * M_PI / side;
  const at::Tensor at = at::arange(side, at::kDouble);
  const at::Tensor y = at.view({1, side, 1}), x = at.view({1, 1, side}), c = at::arange(3, at::kDouble).view({3, 1, 1});
  const at::Tensor picture = 0.6 * at::sin(turn * ((c + 1) * x + 2 * y)) + 0.3 * at::cos(turn * (3 * y - (c + 2) * x)) +
                             0.1 * goldenUniform(key, {3, side, side});
  return picture.to(at::kFloat).unsqueeze(0);
}

void expectGolden(const at::Tensor& found, const json& expected, double element, double sum) {
  ASSERT_EQ(found.sizes().vec(), expected["shape"].get<std::vector<std::int64_t>>());
  const at::Tensor values = found.to(at::kDouble).contiguous().flatten();
  const auto compare = [&](const char* part, const at::Tensor& own) {
    const at::Tensor reference = at::tensor(expected[part].get<std::vector<double>>(), at::kDouble);
    EXPECT_LE((own - reference).abs().max().item<double>(), element) << part << ":\n" << own << "\n" << reference;
  };
  if (expected.contains("data")) {
    const at::Tensor reference = at::tensor(expected["data"].get<std::vector<double>>(), at::kDouble);
    EXPECT_LE((values - reference.flatten()).abs().max().item<double>(), element);
    return;
  }
  const std::int64_t named = static_cast<std::int64_t>(expected["head"].size());
  compare("head", values.narrow(0, 0, named));
  compare("tail", values.narrow(0, values.numel() - named, named));
  EXPECT_NEAR(values.sum().item<double>(), expected["sum"].get<double>(), sum);
  EXPECT_NEAR(values.abs().sum().item<double>(), expected["asum"].get<double>(), sum);
}

}  // namespace heirloom::tests
