#include "models/fftformer/network.h"

#include <torch/types.h>

#include "models/common/channel_norm.h"
#include "models/common/level_size.h"
#include "models/common/padding.h"
#include "models/common/through.h"

namespace heirloom::models {
namespace {

constexpr double kFusionExpansion = 2.66;

int hiddenOf(int features, double expansion) {
  return static_cast<int>(features * expansion);
}

}  // namespace

FftAttentionImpl::FftAttentionImpl(int features)
    : to_hidden_(register_module("to_hidden", Convolution(pointwise(features, 6 * features, {.bias = false})))),
      to_hidden_dw_(register_module("to_hidden_dw", Convolution(depthwise(6 * features, {.bias = false})))),
      project_out_(register_module("project_out", Convolution(pointwise(2 * features, features, {.bias = false})))),
      norm_(2 * features) {
  submodule(*this, "norm")->register_module("body", norm_);
}

at::Tensor FftAttentionImpl::plus(const at::Tensor& residual, const at::Tensor& x) {
  const at::Tensor hidden = toTokens(to_hidden_dw_->forward(to_hidden_->forward(x)));
  const std::vector<at::Tensor> parts = hidden.chunk(3, 3);
  const at::Tensor q = spectrum_.forward(PatchSpectrum::patches(parts[0]));
  const at::Tensor k = spectrum_.forward(PatchSpectrum::patches(parts[1]));
  const auto real = [](const at::Tensor& spectrum) { return spectrum.select(1, 0); };
  const auto imaginary = [](const at::Tensor& spectrum) { return spectrum.select(1, 1); };
  const at::Tensor product =
      at::stack({real(q) * real(k) - imaginary(q) * imaginary(k), real(q) * imaginary(k) + imaginary(q) * real(k)}, 1);
  const at::Tensor normed = norm_->forward(spectrum_.inverse(product)).to(parts[2].scalar_type());
  const at::Tensor seen = parts[2] * PatchSpectrum::tokens(normed, x.size(2), x.size(3));
  return project_out_->plus(residual, toImage(seen));
}

void FftAttentionImpl::place(const Placement& placement) {
  spectrum_ = PatchSpectrum(placement.device);
}

FftPerceptronImpl::FftPerceptronImpl(int features, int hidden)
    : project_in_(register_module("project_in", Convolution(pointwise(features, 2 * hidden, {.bias = false})))),
      dwconv_(register_module("dwconv", Convolution(depthwise(2 * hidden, {.bias = false})))),
      project_out_(register_module("project_out", Convolution(pointwise(hidden, features, {.bias = false})))),
      fft_(register_parameter("fft", at::empty({2 * hidden, 1, 1, PatchSpectrum::kSide,
                                                PatchSpectrum::kFrequencies / PatchSpectrum::kSide}))) {}

at::Tensor FftPerceptronImpl::plus(const at::Tensor& residual, const at::Tensor& x) {
  const at::Tensor inner = project_in_->forward(x);
  const at::Tensor spectrum = spectrum_.forward(PatchSpectrum::patches(toTokens(inner)));
  const at::Tensor filtered = spectrum_.inverse(spectrum * weights_).to(inner.scalar_type());
  const at::Tensor hidden = dwconv_->forward(toImage(PatchSpectrum::tokens(filtered, x.size(2), x.size(3))));
  const std::int64_t half = hidden.size(1) / 2;
  return project_out_->plus(residual, at::gelu(hidden.narrow(1, 0, half)) * hidden.narrow(1, half, half));
}

void FftPerceptronImpl::place(const Placement& placement) {
  spectrum_ = PatchSpectrum(placement.device);
  weights_ = fft_.detach().flatten(1).t().to(placement.device, at::kFloat).contiguous();
}

FftBlockImpl::FftBlockImpl(int features, double expansion, bool attends)
    : norm2_(features), ffn_(register_module("ffn", FftPerceptron(features, hiddenOf(features, expansion)))) {
  if (attends) {
    norm1_ = submodule(*this, "norm1")->register_module("body", LayerNorm(features));
    attn_ = register_module("attn", FftAttention(features));
  }
  submodule(*this, "norm2")->register_module("body", norm2_);
}

at::Tensor FftBlockImpl::forward(const at::Tensor& x) {
  const at::Tensor y = attn_ ? attn_->plus(x, channelNorm(norm1_, x)) : x;
  return ffn_->plus(y, channelNorm(norm2_, y));
}

FftFusionImpl::FftFusionImpl(int features)
    : att_channel_(register_module("att_channel", FftBlock(2 * features, kFusionExpansion, /*attends=*/false))),
      conv_(register_module("conv", Convolution(pointwise(2 * features, 2 * features)))),
      conv2_(register_module("conv2", Convolution(pointwise(2 * features, 2 * features)))) {}

at::Tensor FftFusionImpl::forward(const at::Tensor& below, const at::Tensor& kept) {
  const at::Tensor x = conv2_->forward(att_channel_->forward(conv_->forward(at::cat({below, kept}, 1))));
  const std::int64_t half = x.size(1) / 2;
  return x.narrow(1, 0, half) + x.narrow(1, half, half);
}

std::vector<FftBlock> FftFormerImpl::level(const std::string& name, int count, int features, double expansion,
                                           bool attends) {
  const auto owner = submodule(*this, name);
  std::vector<FftBlock> blocks;
  for (int i = 0; i < count; ++i)
    blocks.push_back(owner->register_module(std::to_string(i), FftBlock(features, expansion, attends)));
  return blocks;
}

Convolution FftFormerImpl::resampler(const std::string& name, int in, int out) {
  return submodule(*submodule(*this, name), "body")->register_module("1", Convolution(withoutBias(in, out)));
}

FftFormerImpl::FftFormerImpl(const FftFormerConfig& config)
    : patch_embed_(withoutBias(config.channels, config.width, {.outer = true})),
      down1_2_(resampler("down1_2", config.width, 2 * config.width)),
      down2_3_(resampler("down2_3", 2 * config.width, 4 * config.width)),
      up3_2_(resampler("up3_2", 4 * config.width, 2 * config.width)),
      up2_1_(resampler("up2_1", 2 * config.width, config.width)),
      reduce_chan_level2_(register_module("reduce_chan_level2",
                                          Convolution(pointwise(4 * config.width, 2 * config.width, {.bias = false})))),
      refinement_(level("refinement", config.refinement, config.width, config.expansion, /*attends=*/true)),
      fuse2_(register_module("fuse2", FftFusion(2 * config.width))),
      fuse1_(register_module("fuse1", FftFusion(config.width))),
      output_(register_module("output", Convolution(withoutBias(config.width, config.channels, {.outer = true})))) {
  submodule(*this, "patch_embed")->register_module("proj", patch_embed_);
  for (std::size_t i = 0; i < encoders_.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    const int features = config.width << i;
    encoders_[i] = level("encoder_level" + number, config.blocks[i], features, config.expansion, /*attends=*/false);
    decoders_[i] = level("decoder_level" + number, config.blocks[i], features, config.expansion, /*attends=*/true);
  }
}

at::Tensor FftFormerImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor picture = padToMultiple(image, FftFormerConfig::kSizeMultiple, Padding::Reflect);
  const at::Tensor shallow = patch_embed_->forward(picture).to(down1_2_->precision());
  const at::Tensor whole = through(encoders_[0], shallow, observer);
  const at::Tensor half = through(encoders_[1], down1_2_->forward(halved(whole)), observer);
  at::Tensor x = through(encoders_[2], down2_3_->forward(halved(half)), observer);
  x = through(decoders_[2], x, observer);
  x = through(decoders_[1], fuse2_->forward(up3_2_->forward(doubled(x)), half), observer);
  x = through(decoders_[0], fuse1_->forward(up2_1_->forward(doubled(x)), whole), observer);
  x = through(refinement_, x, observer);
  return cropTo(output_->plus(picture, x), image.size(2), image.size(3));
}

}  // namespace heirloom::models
