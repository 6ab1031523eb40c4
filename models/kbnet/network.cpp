#include "models/kbnet/network.h"

#include <torch/types.h>

#include "models/common/channel_norm.h"
#include "models/common/whole_statistics.h"

namespace heirloom::models {
namespace {

constexpr double kEpsilon = 1e-6;
constexpr int kGroupS = 4, kGroupL = 2;
constexpr int kWidestS = 32, kWidestL = 24;  // of the convolutions that predict shares

ConvolutionOptions wide(int features) {
  return {.in = features, .out = features, .kernel = 5, .groups = features / kGroupS};
}

/// What the means of channels over the picture say of them: N C 1 1.
at::Tensor weights(Convolution& sca, const at::Tensor& x) {
  return sca->forward(channelMeans(x)).to(x.scalar_type());
}

}  // namespace

KbBlockSImpl::KbBlockSImpl(const KbNetSConfig& config, int features)
    : norm1_(register_module("norm1", LayerNorm(features, kEpsilon))),
      norm2_(register_module("norm2", LayerNorm(features, kEpsilon))),
      sca_(pointwise(features, features)),
      first_(pointwise(features, features)),
      second_(config.lightweight ? depthwise(features) : wide(features)),
      conv1_(register_module("conv1", Convolution(pointwise(features, features)))),
      conv21_(register_module("conv21", Convolution(depthwise(features)))),
      basis_(*this, {features, features, kGroupS, config.bases, kWidestS}),
      conv3_(register_module("conv3", Convolution(pointwise(features, features)))),
      conv4_(register_module("conv4", Convolution(pointwise(features, config.hiddenOf(features))))),
      conv5_(register_module("conv5", Convolution(pointwise(config.hiddenOf(features) / 2, features)))),
      beta_(register_parameter("beta", at::empty({1, features, 1, 1}))),
      gamma_(register_parameter("gamma", at::empty({1, features, 1, 1}))) {
  submodule(*this, "sca")->register_module("1", sca_);
  const auto convolved = submodule(*this, "conv11");
  convolved->register_module("0", first_);
  convolved->register_module("1", second_);
}

at::Tensor KbBlockSImpl::forward(const at::Tensor& x) {
  const at::Tensor normed = channelNorm(norm1_, x);
  at::Tensor fused = basis_.forward(conv21_->forward(conv1_->forward(normed)), normed);
  fused = fused * second_->forward(first_->forward(normed)) * weights(sca_, normed);
  const at::Tensor y = folded_ ? conv3_->plus(x, fused) : x + conv3_->forward(fused) * beta_;

  const at::Tensor inner = conv4_->forward(channelNorm(norm2_, y));
  const std::int64_t half = inner.size(1) / 2;
  const at::Tensor gated = inner.narrow(1, 0, half) * inner.narrow(1, half, half);
  return folded_ ? conv5_->plus(y, gated) : y + conv5_->forward(gated) * gamma_;
}

// Before the convolutions are: they take the gain with them. The plain twin keeps the steps apart.
void KbBlockSImpl::place(const Placement& placement) {
  basis_.place(placement);
  folded_ = !placement.plain;
  if (!folded_) {
    beta_.set_data(beta_.to(placement.precision));
    gamma_.set_data(gamma_.to(placement.precision));
    return;
  }
  const auto fold = [](Convolution& convolution, const at::Tensor& gain) {
    convolution->weight.set_data(convolution->weight.detach() * gain.detach().view({-1, 1, 1, 1}));
    convolution->bias.set_data(convolution->bias.detach() * gain.detach().flatten());
  };
  fold(conv3_, beta_);
  fold(conv5_, gamma_);
}

KbBlockLImpl::KbBlockLImpl(const KbNetLConfig& config, int features, int heads)
    : norm1_(register_module("norm1", LayerNorm(features, kEpsilon))),
      norm2_(register_module("norm2", LayerNorm(features, kEpsilon))),
      first_(pointwise(features, config.hiddenOf(features), {.bias = false})),
      second_(depthwise(config.hiddenOf(features), {.bias = false})),
      sca_(pointwise(features, config.hiddenOf(features))),
      conv10_(pointwise(features, config.hiddenOf(features), {.bias = false})),
      conv11_(depthwise(config.hiddenOf(features), {.bias = false})),
      project_out_(pointwise(config.hiddenOf(features), features, {.bias = false})),
      ffn_(*this, "ffn", features, heads) {
  const auto attn = submodule(*this, "attn");
  basis_ = KernelBasis(*attn, {features, config.hiddenOf(features), kGroupL, config.bases, kWidestL});
  const auto pair = [&](const char* name, Convolution& first, Convolution& second) {
    const auto sequence = submodule(*attn, name);
    sequence->register_module("0", first);
    sequence->register_module("1", second);
  };
  pair("dwconv", first_, second_);
  pair("conv1", conv10_, conv11_);
  submodule(*attn, "sca")->register_module("1", sca_);
  attn->register_module("project_out", project_out_);
}

at::Tensor KbBlockLImpl::forward(const at::Tensor& x) {
  const at::Tensor normed = channelNorm(norm1_, x);
  const at::Tensor mixed = basis_.forward(conv11_->forward(conv10_->forward(normed)), normed);
  const at::Tensor fused =
      activated(second_->forward(first_->forward(normed)), Activation::Gelu) * mixed * weights(sca_, normed);
  const at::Tensor y = project_out_->plus(x, fused);
  return ffn_.plus(y, channelNorm(norm2_, y));
}

void KbBlockLImpl::place(const Placement& placement) {
  basis_.place(placement);
}

KbNetSImpl::KbNetSImpl(const KbNetSConfig& config)
    : u_(*this, {config.channels, config.width, config.encoders, config.middle, config.decoders},
         [&](int features) { return KbBlockS(config, features); }) {}

at::Tensor KbNetSImpl::forward(const at::Tensor& image, Observer* observer) {
  return u_.forward(image, observer,
                    [](KbBlockS& block, const at::Tensor& x, std::size_t) { return block->forward(x); });
}

KbNetLImpl::KbNetLImpl(const KbNetLConfig& config)
    : u_(*this, {config.channels, config.channels, config.width, config.blocks, config.refinement},
         [&](int features, std::size_t level) { return KbBlockL(config, features, config.heads.at(level)); }) {}

at::Tensor KbNetLImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor picture = padToMultiple(image, KbNetLConfig::kSizeMultiple, Padding::Reflect);
  const at::Tensor x = u_.deep(u_.shallow(picture), observer);
  return cropTo(u_.output()->plus(picture, x), image.size(2), image.size(3));
}

}  // namespace heirloom::models
