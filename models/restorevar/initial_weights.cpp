#include "models/restorevar/initial_weights.h"

#include <torch/nn/init.h>

#include <cmath>
#include <numbers>
#include <string>
#include <utility>

namespace heirloom::models {
namespace {

using Parameters = torch::OrderedDict<std::string, at::Tensor>;

constexpr double kHead = 0.02;
constexpr double kPosition = 0.02;
// Of the refiner's attention that begins at a token's own place.
constexpr double kPlace = 3;
constexpr double kSharpness = 2;

void initialiseTransformer(RestoreVarTransformerImpl& var, bool pretrained, const InitialTransformer& initial) {
  const VarConfig& config = var.config();
  const double deviation = std::sqrt(1.0 / config.width / 3);
  for (auto& item : var.named_parameters()) {
    const std::string& name = item.key();
    at::Tensor& value = item.value();
    if (name.ends_with("scale_mul_1H11")) {
      value.fill_(std::log(initial.temperature));
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

/// Sines and cosines of where each token of a grid lies, side^2 W: of rows, then of columns, W/4 frequencies each, from
/// the grid's side down to two places a period.
at::Tensor places(int side, int width) {
  const int frequencies = width / 4;
  const at::Tensor frequency = at::logspace(std::log(std::numbers::pi / side), std::log(std::numbers::pi / 2),
                                            frequencies, std::numbers::e, at::kFloat);
  const at::Tensor angle = at::outer(at::arange(side, at::kFloat), frequency);
  const at::Tensor waves = at::cat({angle.sin(), angle.cos()}, 1);  // side, W/2
  const at::Tensor rows = waves.unsqueeze(1).expand({side, side, width / 2});
  const at::Tensor columns = waves.unsqueeze(0).expand({side, side, width / 2});
  return at::cat({rows, columns}, 2).flatten(0, 1);
}

// Queries and keys are the waves that say where a token lies, each head's its own share of the frequencies; of the
// memory the last scale's tokens have places.
void alignRefiner(Parameters& parameters, const VarConfig& config) {
  const RefinerConfig& refiner = config.refiner;
  const std::string prefix = "vae_refiner.";
  const at::Tensor grid = kPlace * places(config.grid(), refiner.width).unsqueeze(0);
  parameters[prefix + "pos_embedding"].copy_(grid);
  parameters[prefix + "pos_embedding_cond"].narrow(1, config.tokens() - grid.size(1), grid.size(1)).copy_(grid);
  const at::Tensor waves = kSharpness * at::eye(refiner.width)
                                            .unflatten(0, {4, -1, refiner.heads})
                                            .permute({2, 0, 1, 3})
                                            .reshape({refiner.width, refiner.width});
  for (int layer = 0; layer < refiner.depth; ++layer) {
    const std::string name = prefix + "transformer.layers." + std::to_string(layer) + ".2.";
    parameters[name + "to_q.weight"].copy_(waves);
    parameters[name + "to_kv.weight"].narrow(0, 0, refiner.width).copy_(waves);
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

void initialise(RestoreVarNetworkImpl& network, bool pretrained, const InitialTransformer& initial) {
  const torch::NoGradGuard noGrad;
  initialiseTransformer(*network.var, pretrained, initial);
  if (initial.copying) {
    auto parameters = network.var->named_parameters();
    alignRefiner(parameters, network.var->config());
  }
  initialiseAutoencoder(*network.vae);
}

}  // namespace heirloom::models
