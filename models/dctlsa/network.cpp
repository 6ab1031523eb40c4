#include "models/dctlsa/network.h"

#include <torch/types.h>

#include <cmath>

#include "models/common/padding.h"
#include "models/common/super_resolution.h"

namespace heirloom::models {
namespace {

constexpr int kBodies = 2;       // of a block
constexpr double kSlope = 0.05;  // of the convolutions that join blocks

}  // namespace

at::Tensor linearWindowAttention(const at::Tensor& qkv, int window, int heads) {
  const auto n = qkv.size(0), h = qkv.size(1), w = qkv.size(2), c = qkv.size(3) / 3;
  const std::vector<at::Tensor> parts = qkv.reshape({n, h / window, window, w / window, window, 3, heads, c / heads})
                                            .permute({5, 0, 1, 3, 6, 2, 4, 7})
                                            .reshape({3, -1, heads, window * window, c / heads})
                                            .unbind(0);
  const double scale = 1 / std::sqrt(static_cast<double>(c) / heads);
  const at::Tensor found = at::matmul(parts[1].softmax(2).transpose(2, 3), parts[2]);  // windows, heads, d, d
  return at::matmul(parts[0] * scale, found)
      .view({n, h / window, w / window, heads, window, window, c / heads})
      .permute({0, 1, 4, 2, 5, 3, 6})
      .reshape({n, h, w, c});
}

DctlsaLocalImpl::Pointwise DctlsaLocalImpl::pointwise(const std::string& number, int features) {
  Pointwise made{register_module("pointwise_prenorm_" + number, BatchNorm(features)), {}};
  made.weight =
      submodule(*this, "pointwise_conv_" + number)->register_parameter("weight", at::empty({features, features, 1, 1}));
  return made;
}

DctlsaLocalImpl::DctlsaLocalImpl(int features)
    : first_(pointwise("0", features)),
      depthwise_conv_(register_module("depthwise_conv", Convolution(depthwise(features, {.bias = false})))),
      second_(pointwise("1", features)) {}

at::Tensor DctlsaLocalImpl::forward(const at::Tensor& x) {
  return second_.placed->plus(x, depthwise_conv_->forward(first_.placed->forward(x)));
}

void DctlsaLocalImpl::place(const Placement& placement) {
  for (Pointwise* pointwise : {&first_, &second_}) {
    const auto [factor, offset] = pointwise->norm->affine();
    const at::Tensor weight = pointwise->weight.detach();
    const auto features = static_cast<int>(weight.size(0));
    pointwise->placed = Convolution(ConvolutionOptions{.in = features, .out = features, .kernel = 1});
    pointwise->placed->weight.set_data(weight * factor.view({1, -1, 1, 1}));
    pointwise->placed->bias.set_data(at::mv(weight.flatten(1), offset));
    pointwise->placed->place(placement);
  }
}

DctlsaLayerImpl::DctlsaLayerImpl(const DctlsaConfig& config, bool shifted)
    : heads_(config.heads),
      shift_(shifted ? DctlsaConfig::kWindow / 2 : 0),
      local_(config.features),
      qkv_(config.features, 3 * config.features),
      proj_(config.features, config.features),
      fc1_(config.features, config.hidden, LinearOptions{.activation = Activation::Gelu}),
      fc2_(config.hidden, config.features) {
  const auto attn = submodule(*this, "attn");
  attn->register_module("qkv", qkv_);
  attn->register_module("proj", proj_);
  attn->register_module("local", local_);
  const auto mlp = submodule(*this, "mlp");
  mlp->register_module("fc1", fc1_);
  mlp->register_module("fc2", fc2_);
}

// The convolutions, too, see the picture shifted, with zeros around it.
at::Tensor DctlsaLayerImpl::forward(const at::Tensor& x) {
  const auto rolled = [&](const at::Tensor& tokens, std::int64_t by) {
    return shift_ > 0 ? at::roll(tokens, {by, by}, {1, 2}) : tokens;
  };
  const at::Tensor local = toTokens(local_->forward(toImage(rolled(x, -shift_))));
  const at::Tensor seen = linearWindowAttention(qkv_->forward(local), DctlsaConfig::kWindow, heads_);
  const at::Tensor y = rolled(proj_->forward(seen, local), shift_);
  return perceptron(y, fc1_, fc2_, y);
}

DctlsaImpl::DctlsaImpl(const DctlsaConfig& config)
    : config_(config),
      fea_conv_(register_module(
          "fea_conv", Convolution(ConvolutionOptions{.in = config.channels, .out = config.features, .outer = true}))),
      LR_conv_(ConvolutionOptions{.in = config.features, .out = config.features}),
      upsampler_(ConvolutionOptions{
          .in = config.features, .out = config.channels * config.scale * config.scale, .outer = true}) {
  for (int i = 1; i <= DctlsaConfig::kBlocks; ++i) {
    const auto block = submodule(*submodule(*this, "B" + std::to_string(i)), "body");
    std::vector<Body>& bodies = blocks_.emplace_back();
    for (int k = 0; k < kBodies; ++k) {
      const auto body = submodule(*submodule(*submodule(*block, std::to_string(k)), "transformer_body"), "0");
      const auto layers = submodule(*body, "blocks");
      bodies.push_back({submodule(*body, "patch_embed")->register_module("norm", LayerNorm(config.features)),
                        layers->register_module("0", DctlsaLayer(config, /*shifted=*/false)),
                        layers->register_module("1", DctlsaLayer(config, /*shifted=*/true))});
    }
  }
  const auto join = [&](const std::string& name, int parts) {
    const ConvolutionOptions options = leaky(parts * config.features, config.features, kSlope, /*kernel=*/1);
    joins_.push_back(submodule(*this, name)->register_module("0", Convolution(options)));
  };
  for (int i = 1; i < DctlsaConfig::kBlocks; ++i) join("c" + std::to_string(i), i + 1);
  join("c", DctlsaConfig::kBlocks);
  register_module("LR_conv", LR_conv_);
  submodule(*this, "upsampler")->register_module("0", upsampler_);
}

at::Tensor DctlsaImpl::through(std::vector<Body>& block, at::Tensor x, Observer* observer) {
  for (Body& body : block) {
    if (observer && observer->stopRequested()) throw Stopped{};
    const at::Tensor tokens = toTokens(padToMultiple(x, DctlsaConfig::kWindow, Padding::Reflect));
    const at::Tensor y = body.shifted->forward(body.still->forward(body.norm->forward(tokens)));
    x = cropTo(toImage(y), x.size(2), x.size(3));
  }
  return x;
}

// Every block sees what all before it have made; the last join, only what the blocks have made.
at::Tensor DctlsaImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor shallow = fea_conv_->forward(image).to(LR_conv_->precision());
  std::vector<at::Tensor> made = {shallow};
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const at::Tensor seen = i == 0 ? shallow : joins_[i - 1]->forward(at::cat(made, 1));
    made.push_back(through(blocks_[i], seen, observer));
  }
  made.erase(made.begin());
  const at::Tensor deep = LR_conv_->plus(shallow, joins_.back()->forward(at::cat(made, 1)));
  return at::pixel_shuffle(upsampler_->forward(deep), config_.scale);
}

}  // namespace heirloom::models
