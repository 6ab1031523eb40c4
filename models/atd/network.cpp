#include "models/atd/network.h"

#include <torch/types.h>

#include <algorithm>

#include "models/common/padding.h"

namespace heirloom::models {
namespace {

constexpr double kVarianceEpsilon = 1e-5;

}  // namespace

AtdLayerImpl::AtdLayerImpl(const AtdConfig& config, int shift, bool last)
    : norm1_(register_module("norm1", LayerNorm(config.features))),
      norm2_(register_module("norm2", LayerNorm(config.features))),
      wqkv_(register_module("wqkv", Linear(config.features, 3 * config.features, LinearOptions{.bias = config.bias}))),
      attn_win_(register_module("attn_win", AtdWindowAttention(config, shift))),
      attn_atd_(register_module("attn_atd", AtdDictionaryAttention(config))),
      attn_aca_(register_module("attn_aca", AtdCategoryAttention(config))),
      convffn_(*this, "convffn", config.features, config.hidden, config.kernel, norm2_) {
  if (last) return;
  const auto norm3 = submodule(*this, "norm3");
  norm3Weight_ = norm3->register_parameter("weight", at::empty({config.tokens}));
  norm3Bias_ = norm3->register_parameter("bias", at::empty({config.tokens}));
  sigma_ = register_parameter("sigma", at::empty({config.tokens, 1}));
}

at::Tensor AtdLayerImpl::refined(const at::Tensor& dictionary, const at::Tensor& similarities,
                                 const at::Tensor& x) const {
  // One pixel has no spread: what remains is the bias.
  const at::Tensor byToken = similarities.transpose(1, 2);  // N T L
  const at::Tensor centred = byToken - byToken.mean(2, /*keepdim=*/true);
  const at::Tensor spread = (centred.square().mean(2, /*keepdim=*/true) + kVarianceEpsilon).sqrt();
  const at::Tensor shares = (centred / spread * norm3Weight_.unsqueeze(1) + norm3Bias_.unsqueeze(1)).softmax(2);
  const at::Tensor kept = sigma_.sigmoid();
  return kept * dictionary + (1 - kept) * at::matmul(shares, x.flatten(1, 2).to(at::kFloat));
}

at::Tensor AtdLayerImpl::forward(const at::Tensor& x, at::Tensor& dictionary) {
  const at::Tensor normed = norm1_->forward(x);
  const at::Tensor qkv = wqkv_->forward(normed);
  const auto [seen, similarities] = attn_atd_->forward(normed.flatten(1, 2), dictionary);
  const at::Tensor windows = attn_win_->forward(qkv, x);
  const at::Tensor both = attn_aca_->forward(qkv.flatten(1, 2), similarities, windows.flatten(1, 2));
  const at::Tensor y = convffn_.forward((both + seen).view(x.sizes()));
  if (sigma_.defined()) dictionary = refined(dictionary, similarities, y);
  return y;
}

AtdGroupImpl::AtdGroupImpl(const AtdConfig& config, int depth) {
  const auto group = submodule(*this, "residual_group");
  const auto layers = submodule(*group, "layers");
  for (int i = 0; i < depth; ++i) {
    const int shift = i % 2 == 1 ? config.window / 2 : 0;
    layers_.push_back(layers->register_module(std::to_string(i), AtdLayer(config, shift, i == depth - 1)));
  }
  td_ = group->register_parameter("td", at::empty({config.tokens, config.features}));
  conv_ = SwinEnding(*this, "conv", swinEndingOf(config));
}

at::Tensor AtdGroupImpl::forward(const at::Tensor& tokens, Observer* observer) {
  at::Tensor x = tokens;
  at::Tensor dictionary = td_.unsqueeze(0).expand({tokens.size(0), -1, -1});
  for (AtdLayer& layer : layers_) {
    if (observer && observer->stopRequested()) throw Stopped{};
    x = layer->forward(x, dictionary);
  }
  return toTokens(conv_.plus(toImage(tokens), toImage(x)));
}

AtdImpl::AtdImpl(const AtdConfig& config)
    : config_(config),
      body_(*this, {config.channels, swinEndingOf(config), config.depths.size()},
            [&](int index) { return AtdGroup(config, config.depths[static_cast<std::size_t>(index)]); }),
      head_(*this, config.head, config.features, config.channels) {
  if (!config.mean) register_buffer("no_norm", at::zeros({1}));
}

at::Tensor AtdImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor mean =
      config_.mean ? meanColour(config_.channels, image.options()) : at::zeros({1, 1, 1, 1}, image.options());
  const auto full = [&](std::int64_t side) { return upToMultiple(side, config_.window); };
  const at::Tensor x = mirroredTo(image, full(image.size(2)), full(image.size(3)), Mirror::WithEdge) - mean;
  const at::Tensor deep = body_.forward(x, observer);
  const std::int64_t scale = config_.head.scale;
  return cropTo(head_.forward(deep, x) + mean, image.size(2) * scale, image.size(3) * scale);
}

}  // namespace heirloom::models
