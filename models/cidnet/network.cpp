#include "models/cidnet/network.h"

#include <torch/types.h>

#include <algorithm>
#include <utility>

#include "models/cidnet/hvi.h"
#include "models/common/channel_norm.h"
#include "models/common/padding.h"
#include "models/common/transposed_attention.h"

namespace heirloom::models {
namespace {

constexpr double kNormEpsilon = 1e-6;
constexpr double kExpansion = 2.66;

int hiddenOf(int features) {
  return static_cast<int>(features * kExpansion);
}

/// Sees the picture's last pixels again beyond its edge: padded before, not by itself.
ConvolutionOptions unpadded(int in, int out) {
  return withoutBias(in, out, {.padding = 0, .outer = true});
}

/// Bilinear, corner to corner.
at::Tensor resized(const at::Tensor& x, std::int64_t height, std::int64_t width) {
  return at::upsample_bilinear2d(x, {height, width}, /*align_corners=*/true);
}

at::Tensor framed(const at::Tensor& x) {
  return at::replication_pad2d(x, {1, 1, 1, 1});
}

}  // namespace

CidCrossBlockImpl::CidCrossBlockImpl(int features, int heads, bool residual)
    : heads_(heads),
      residual_(residual),
      norm_(register_module("norm", LayerNorm(features, kNormEpsilon))),
      q_(pointwise(features, features, {.bias = false})),
      q_dwconv_(depthwise(features, {.bias = false})),
      kv_(pointwise(features, 2 * features, {.bias = false})),
      kv_dwconv_(depthwise(2 * features, {.bias = false})),
      attentionOut_(pointwise(features, features, {.bias = false})),
      project_in_(pointwise(features, 2 * hiddenOf(features), {.bias = false})),
      dwconv_(depthwise(2 * hiddenOf(features), {.bias = false})),
      dwconv1_(depthwise(hiddenOf(features), {.bias = false})),
      dwconv2_(depthwise(hiddenOf(features), {.bias = false})),
      project_out_(pointwise(hiddenOf(features), features, {.bias = false})) {
  const auto attention = submodule(*this, "ffn");
  temperature_ = attention->register_parameter("temperature", at::empty({heads, 1, 1}));
  attention->register_module("q", q_);
  attention->register_module("q_dwconv", q_dwconv_);
  attention->register_module("kv", kv_);
  attention->register_module("kv_dwconv", kv_dwconv_);
  attention->register_module("project_out", attentionOut_);
  const auto perceptron = submodule(*this, "gdfn");
  perceptron->register_module("project_in", project_in_);
  perceptron->register_module("dwconv", dwconv_);
  perceptron->register_module("dwconv1", dwconv1_);
  perceptron->register_module("dwconv2", dwconv2_);
  perceptron->register_module("project_out", project_out_);
}

at::Tensor CidCrossBlockImpl::attended(const at::Tensor& x, const at::Tensor& query, const at::Tensor& other) {
  const at::Tensor qkv = at::cat(
      {toTokens(q_dwconv_->forward(q_->forward(query))), toTokens(kv_dwconv_->forward(kv_->forward(other)))}, 3);
  return attentionOut_->plus(x, toImage(wholeTransposedAttention(qkv, heads_, temperature_)));
}

at::Tensor CidCrossBlockImpl::forward(const at::Tensor& x, const at::Tensor& other) {
  const at::Tensor y = attended(x, channelNorm(norm_, x), channelNorm(norm_, other));
  at::Tensor inner = dwconv_->forward(project_in_->forward(channelNorm(norm_, y)));
  inner = halves_->forward(inner).tanh_() + inner;
  const std::int64_t half = inner.size(1) / 2;
  const at::Tensor gated = inner.narrow(1, 0, half) * inner.narrow(1, half, half);
  return residual_ ? project_out_->plus(y, gated) : project_out_->forward(gated);
}

void CidCrossBlockImpl::place(const Placement& placement) {
  halves_ = Convolution(depthwise(dwconv_->options().out, {.bias = false}));
  halves_->weight.set_data(at::cat({dwconv1_->weight, dwconv2_->weight}));
  halves_->place(placement);
}

CidDownImpl::CidDownImpl(int in, int out, bool normed)
    : down_(withoutBias(in, out)), prelu_(register_module("prelu", ChannelSlopes(1))) {
  submodule(*this, "down")->register_module("0", down_);
  if (normed) norm_ = register_module("norm", LayerNorm(out, kNormEpsilon));
}

at::Tensor CidDownImpl::forward(const at::Tensor& x) {
  const at::Tensor y = prelu_->forward(resized(down_->forward(x), x.size(2) / 2, x.size(3) / 2));
  return norm_ ? channelNorm(norm_, y) : y;
}

CidUpImpl::CidUpImpl(int in, int out, bool normed)
    : up_scale_(withoutBias(in, out)),
      up_(register_module("up", Convolution(pointwise(2 * out, out, {.bias = false})))),
      prelu_(register_module("prelu", ChannelSlopes(1))) {
  submodule(*this, "up_scale")->register_module("0", up_scale_);
  if (normed) norm_ = register_module("norm", LayerNorm(out, kNormEpsilon));
}

at::Tensor CidUpImpl::forward(const at::Tensor& x, const at::Tensor& kept) {
  const at::Tensor larger = resized(up_scale_->forward(x), 2 * x.size(2), 2 * x.size(3));
  const at::Tensor y = prelu_->forward(up_->forward(at::cat({larger, kept}, 1)));
  return norm_ ? channelNorm(norm_, y) : y;
}

CidNetImpl::Way CidNetImpl::way(const CidNetConfig& config, const std::string& letters, int in, int out) {
  Way made;
  const auto& features = config.features;
  made.first = submodule(*this, letters + "E_block0")->register_module("1", Convolution(unpadded(in, features[0])));
  for (std::size_t i = 0; i < made.downs.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    made.downs[i] = register_module(letters + "E_block" + number, CidDown(features[i], features[i + 1], config.norms));
    made.ups[i] = register_module(letters + "D_block" + number, CidUp(features[i + 1], features[i], config.norms));
  }
  for (std::size_t i = 0; i < 2 * config.heads.size(); ++i) {
    const std::size_t level = std::min(i, 2 * config.heads.size() - 1 - i);
    made.blocks.push_back(
        register_module(letters + "_LCA" + std::to_string(i + 1),
                        CidCrossBlock(features.at(level + 1), config.heads.at(level), /*residual=*/letters == "I")));
  }
  made.last = submodule(*this, letters + "D_block0")->register_module("1", Convolution(unpadded(features[0], out)));
  return made;
}

CidNetImpl::CidNetImpl(const CidNetConfig& config)
    : intensity_(way(config, "I", 1, 1)),
      colour_(way(config, "HV", 3, 2)),
      density_k_(submodule(*this, "trans")->register_parameter("density_k", at::empty({1}))) {}

at::Tensor CidNetImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor hvi = toHvi(padToMultiple(image, CidNetConfig::kSizeMultiple, Padding::Reflect), density_k_);
  Way &i = intensity_, &c = colour_;
  const at::ScalarType precision = i.blocks.front()->precision();
  // Both ways look at each other.
  const auto cross = [&](std::size_t block, const at::Tensor& x, const at::Tensor& y) {
    if (observer && observer->stopRequested()) throw Stopped{};
    return std::pair(i.blocks[block]->forward(x, y), c.blocks[block]->forward(y, x));
  };

  const at::Tensor i0 = i.first->forward(framed(hvi.narrow(1, 2, 1))).to(precision);
  const at::Tensor c0 = c.first->forward(framed(hvi)).to(precision);
  const auto [i1, c1] = cross(0, i.downs[0]->forward(i0), c.downs[0]->forward(c0));
  // The second level's blocks serve the way up alone.
  const at::Tensor iHalf = i.downs[1]->forward(i1), cHalf = c.downs[1]->forward(c1);
  const auto [i2, c2] = cross(1, iHalf, cHalf);
  const auto [i3, c3] = cross(2, i.downs[2]->forward(iHalf), c.downs[2]->forward(cHalf));
  const auto [i4, c4] = cross(3, i3, c3);

  const at::Tensor iUp2 = i.ups[2]->forward(i4, i2), cUp2 = c.ups[2]->forward(c4, c2);
  // Nobody uses what intensity's fifth block makes.
  const at::Tensor c5 = c.blocks[4]->forward(cUp2, iUp2);
  const auto [i6, c6] = cross(5, i.ups[1]->forward(iUp2, i1), c.ups[1]->forward(c5, c1));
  const at::Tensor iLast = i.last->forward(framed(i.ups[0]->forward(i6, i0).to(at::kFloat)));
  const at::Tensor cLast = c.last->forward(framed(c.ups[0]->forward(c6, c0).to(at::kFloat)));
  return cropTo(fromHvi(at::cat({cLast, iLast}, 1) + hvi, density_k_), image.size(2), image.size(3));
}

}  // namespace heirloom::models
