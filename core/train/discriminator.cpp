#include "core/train/discriminator.h"

#include <torch/nn/init.h>
#include <torch/types.h>

#include <string>

namespace heirloom::core {
namespace {

constexpr int kHalvings = 3;    // of the side, a layer each
constexpr int kFirstMaps = 64;  // of the first one; each further one has twice as many
constexpr int kNormGroups = 32;
constexpr double kLeak = 0.2;

}  // namespace

Discriminator::Discriminator(const at::Device& device) {
  const auto add = [&](int in, int out, int kernel) {
    const at::Tensor weight = at::empty({out, in, kernel, kernel});
    torch::nn::init::kaiming_uniform_(weight, kLeak);
    layers_.push_back({weight.to(device).requires_grad_(true), at::zeros({out}, device).requires_grad_(true)});
  };
  int maps = 3;
  for (int i = 0; i < kHalvings; ++i) {
    const int next = kFirstMaps << i;
    add(maps, next, 4);
    maps = next;
  }
  add(maps, 1, 3);
}

std::vector<Objective::Parameter> Discriminator::parameters() const {
  std::vector<Objective::Parameter> parameters;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const std::string name = "discriminator." + std::to_string(i);
    parameters.push_back({name + ".weight", layers_[i].weight, true});
    parameters.push_back({name + ".bias", layers_[i].bias, false});
  }
  return parameters;
}

at::Tensor Discriminator::verdicts(const at::Tensor& pictures, bool learns) const {
  const auto through = [&](const Layer& layer, const at::Tensor& x, int stride) {
    const auto held = [&](const at::Tensor& parameter) { return learns ? parameter : parameter.detach(); };
    return at::conv2d(x, held(layer.weight), held(layer.bias), stride, /*padding=*/1);
  };
  at::Tensor x = pictures * 2 - 1;
  for (std::size_t i = 0; i + 1 < layers_.size(); ++i) {
    x = through(layers_[i], x, 2);
    if (i > 0) x = at::group_norm(x, kNormGroups);
    x = at::leaky_relu(x, kLeak);
  }
  return through(layers_.back(), x, 1).to(at::kFloat);
}

at::Tensor Discriminator::ownLoss(const at::Tensor& made, const at::Tensor& photos) const {
  const at::Tensor ofPhotos = (1 - verdicts(photos, true)).relu().mean();
  return (ofPhotos + (1 + verdicts(made.detach(), true)).relu().mean()) / 2;
}

at::Tensor Discriminator::networkLoss(const at::Tensor& made) const {
  return -verdicts(made, false).mean();
}

}  // namespace heirloom::core
