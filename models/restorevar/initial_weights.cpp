#include "models/restorevar/initial_weights.h"

#include <torch/nn/init.h>

#include <cmath>

namespace heirloom::models {
namespace {

constexpr double kHead = 0.02;
constexpr double kPosition = 0.02;

void initialiseTransformer(RestoreVarTransformerImpl& var, bool pretrained, double temperature) {
  const VarConfig& config = var.config();
  const double deviation = std::sqrt(1.0 / config.width / 3);
  for (auto& item : var.named_parameters()) {
    const std::string& name = item.key();
    at::Tensor& value = item.value();
    if (name.ends_with("scale_mul_1H11")) {
      value.fill_(std::log(temperature));
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

void initialise(RestoreVarNetworkImpl& network, bool pretrained, double temperature) {
  const torch::NoGradGuard noGrad;
  initialiseTransformer(*network.var, pretrained, temperature);
  initialiseAutoencoder(*network.vae);
}

}  // namespace heirloom::models
