#include "models/restorevar/initial_weights.h"

#include <torch/nn/init.h>

#include <cmath>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

namespace heirloom::models {
namespace {

using Parameters = torch::OrderedDict<std::string, at::Tensor>;

constexpr double kHead = 0.02;
constexpr double kPosition = 0.02;
// Of attention that begins aligned: beside what depends on the picture, whose deviation is 0.6.
constexpr double kConstant = 4;
constexpr double kPlace = 2;
constexpr double kSharpness = 2;

void initialiseTransformer(RestoreVarTransformerImpl& var, bool pretrained, const InitialAttention& attention) {
  const VarConfig& config = var.config();
  const double deviation = std::sqrt(1.0 / config.width / 3);
  for (auto& item : var.named_parameters()) {
    const std::string& name = item.key();
    at::Tensor& value = item.value();
    if (name.ends_with("scale_mul_1H11")) {
      value.fill_(std::log(attention.temperature));
    } else if (value.dim() == 0) {
      value.fill_(pretrained ? 0 : 1);  // gains of what the picture says
    } else if (value.dim() == 1) {
      value.fill_(name.ends_with("weight") ? 1 : 0);  // norms, biases
    } else if (name.starts_with("vae_refiner.pos_embedding")) {
      value.normal_(0, kPosition);
    } else if (name == "vae_refiner.proj_out.weight") {
      value.zero_();
    } else {
      value.normal_(0, deviation);
      if (name == "head.weight") value.mul_(kHead);
      if (name.ends_with("attn.proj.weight") || name.ends_with("ffn.fc2.weight"))
        value.div_(std::sqrt(2.0 * config.depth));
      if (name.starts_with("vae_refiner.")) torch::nn::init::xavier_uniform_(value);
    }
  }
}

// A constant that the norms' bias adds to queries and keys alike: turned by their places, two of them are the more
// alike the nearer they are. Each head begins with the frequency after that of the one before, and so sees further.
void alignWithPicture(Parameters& parameters, const VarConfig& config) {
  const int pairs = config.width / config.heads / 4;  // of rows, and as many of columns
  at::Tensor constant = at::zeros({config.heads, 2, pairs, 2});
  for (int head = 0; head < config.heads; ++head) {
    for (int i = head % pairs, part = 0; i < pairs; ++i, ++part)
      constant.select(0, head).select(1, i).select(1, 0).fill_(kConstant * std::sqrt(std::ldexp(1.0, -part)));
  }
  constant = constant.flatten();
  for (int block = 0; block < config.depth; ++block) {
    const std::string name = "blocks." + std::to_string(block) + ".cross_attn.";
    for (const auto& [norm, projection] :
         {std::pair{"norm_q.bias", "q_proj.weight"}, std::pair{"norm_kv.bias", "kv_proj.weight"}}) {
      parameters[name + norm].fill_(1);
      // What a norm gives has no mean, so that the rows' means multiply the bias alone.
      at::Tensor weight = parameters[name + projection].narrow(0, 0, config.width);
      weight.sub_(weight.mean(1, true)).add_(constant.unsqueeze(1), 1.0 / config.width);
    }
  }
}

/// Sines and cosines of where each token lies, T W, from the grid's side down to two places a period.
at::Tensor places(const std::vector<int>& sides, int width) {
  const int grid = sides.back(), quarter = width / 4;
  const at::Tensor frequency = at::logspace(std::log(std::numbers::pi / grid), std::log(std::numbers::pi / 2), quarter,
                                            std::numbers::e, at::kFloat);
  std::vector<at::Tensor> all;
  for (const int side : sides) {
    const at::Tensor angle = at::outer(at::arange(side, at::kFloat) * grid / side, frequency);
    const at::Tensor waves = at::cat({angle.sin(), angle.cos()}, 1);  // side, W/2
    all.push_back(at::cat({waves.unsqueeze(1).expand({side, side, 2 * quarter}),
                           waves.unsqueeze(0).expand({side, side, 2 * quarter})},
                          2)
                      .flatten(0, 1));
  }
  return at::constant_pad_nd(at::cat(all), {0, width - 4 * quarter});
}

// Queries and keys are the same of the same token, and positions most of what they see.
void alignRefiner(Parameters& parameters, const VarConfig& config) {
  const RefinerConfig& refiner = config.refiner;
  const std::string prefix = "vae_refiner.";
  parameters[prefix + "pos_embedding"].copy_(places({config.grid()}, refiner.width).unsqueeze(0)).mul_(kPlace);
  parameters[prefix + "pos_embedding_cond"].copy_(places(config.sides, refiner.width).unsqueeze(0)).mul_(kPlace);
  for (int layer = 0; layer < refiner.depth; ++layer) {
    const std::string name = prefix + "transformer.layers." + std::to_string(layer) + ".2.";
    at::Tensor queries = parameters[name + "to_q.weight"].mul_(kSharpness);
    parameters[name + "to_kv.weight"].narrow(0, 0, refiner.width).copy_(queries);
  }
}

void initialiseAutoencoder(VqVaeImpl& vae) {
  for (auto& item : vae.named_parameters()) {
    at::Tensor& value = item.value();
    if (item.key() == "quantize.embedding.weight") {
      const double reach = 1.0 / static_cast<double>(value.size(0));
      value.uniform_(-reach, reach);
    } else if (value.dim() == 1) {
      value.fill_(item.key().ends_with("weight") ? 1 : 0);
    } else {
      torch::nn::init::kaiming_uniform_(value, /*a=*/std::sqrt(5));
    }
  }
}

}  // namespace

void initialise(RestoreVarNetworkImpl& network, bool pretrained, const InitialAttention& attention) {
  const torch::NoGradGuard noGrad;
  initialiseTransformer(*network.var, pretrained, attention);
  if (attention.aligned) {
    auto parameters = network.var->named_parameters();
    alignWithPicture(parameters, network.var->config());
    alignRefiner(parameters, network.var->config());
  }
  initialiseAutoencoder(*network.vae);
}

}  // namespace heirloom::models
