#include "models/restorevar/vqvae.h"

#include <torch/types.h>

#include <string>

namespace heirloom::models {
namespace {

using Owner = std::shared_ptr<torch::nn::Module>;

/// Residual blocks "block.N" of one level, and "attn.N" where there is attention.
template <typename Level>
void addBlocks(Level& level, const Owner& owner, int count, int in, int out, bool attends) {
  const Owner blocks = submodule(*owner, "block");
  for (int i = 0; i < count; ++i) {
    level.blocks.push_back(blocks->register_module(std::to_string(i), VaeResBlock(i == 0 ? in : out, out)));
  }
  if (!attends) return;
  const Owner attentions = submodule(*owner, "attn");
  for (int i = 0; i < count; ++i) {
    level.attentions.push_back(attentions->register_module(std::to_string(i), VaeAttention(out)));
  }
}

template <typename Level>
at::Tensor throughBlocks(Level& level, at::Tensor x, const Checkpoint& checkpoint) {
  for (std::size_t i = 0; i < level.blocks.size(); ++i) {
    if (checkpoint) checkpoint();
    x = level.blocks[i]->forward(x);
    if (!level.attentions.empty()) x = level.attentions[i]->forward(x);
  }
  return x;
}

}  // namespace

VaeAttentionImpl::VaeAttentionImpl(int channels)
    : norm_(register_module("norm", VaeNorm(channels))),
      qkv_(register_module("qkv", VaeConvolution(pointwise(channels, 3 * channels)))),
      proj_out_(register_module("proj_out", VaeConvolution(pointwise(channels, channels)))) {}

at::Tensor VaeAttentionImpl::forward(const at::Tensor& x) {
  const std::int64_t n = x.size(0), c = x.size(1), h = x.size(2), w = x.size(3);
  const at::Tensor qkv = qkv_->forward(norm_->forward(x))
                             .contiguous(at::MemoryFormat::ChannelsLast)
                             .permute({0, 2, 3, 1})
                             .view({n, 1, h * w, 3 * c});
  const auto part = [&](std::int64_t index) { return qkv.narrow(3, index * c, c); };
  const at::Tensor seen = at::scaled_dot_product_attention(part(0), part(1), part(2));
  return proj_out_->plus(x, seen.reshape({n, h, w, c}).permute({0, 3, 1, 2}));
}

VaeEncoderImpl::VaeEncoderImpl(const VqVaeConfig& config)
    : conv_in_(register_module("conv_in", Convolution(outer(3, config.channels)))) {
  const Owner down = submodule(*this, "down");
  int width = config.channels;
  for (std::size_t i = 0; i < config.multipliers.size(); ++i) {
    const Owner owner = submodule(*down, std::to_string(i));
    const bool last = i + 1 == config.multipliers.size();
    const int out = config.channels * config.multipliers[i];
    Level level;
    addBlocks(level, owner, config.blocks, width, out, last);
    if (!last) level.down = owner->register_module("downsample", VaeDownsample(out));
    levels_.push_back(std::move(level));
    width = out;
  }
  const Owner mid = submodule(*this, "mid");
  block1_ = mid->register_module("block_1", VaeResBlock(width, width));
  attention_ = mid->register_module("attn_1", VaeAttention(width));
  block2_ = mid->register_module("block_2", VaeResBlock(width, width));
  norm_out_ = register_module("norm_out", VaeNorm(width));
  conv_out_ = register_module("conv_out", Convolution(outer(width, config.latent)));
}

at::Tensor VaeEncoderImpl::forward(const at::Tensor& picture, const Checkpoint& checkpoint) {
  at::Tensor x = conv_in_->forward(picture).to(block1_->precision());
  for (Level& level : levels_) {
    x = throughBlocks(level, std::move(x), checkpoint);
    if (level.down) x = level.down->forward(x);
  }
  x = block2_->forward(attention_->forward(block1_->forward(x)));
  return conv_out_->forward(norm_out_->activated(x));
}

VaeDecoderImpl::VaeDecoderImpl(const VqVaeConfig& config) : conv_in_(nullptr) {
  int width = config.channels * config.multipliers.back();
  conv_in_ = register_module("conv_in", Convolution(outer(config.latent, width)));
  const Owner mid = submodule(*this, "mid");
  block1_ = mid->register_module("block_1", VaeResBlock(width, width));
  attention_ = mid->register_module("attn_1", VaeAttention(width));
  block2_ = mid->register_module("block_2", VaeResBlock(width, width));
  const Owner up = submodule(*this, "up");
  levels_.resize(config.multipliers.size());
  for (std::size_t i = levels_.size(); i-- > 0;) {
    const Owner owner = submodule(*up, std::to_string(i));
    const int out = config.channels * config.multipliers[i];
    addBlocks(levels_[i], owner, config.blocks + 1, width, out, i + 1 == levels_.size());
    if (i > 0) levels_[i].up = owner->register_module("upsample", VaeUpsample(out));
    width = out;
  }
  norm_out_ = register_module("norm_out", VaeNorm(width));
  conv_out_ = register_module("conv_out", Convolution(outer(width, 3)));
}

at::Tensor VaeDecoderImpl::forward(const at::Tensor& latent, const Checkpoint& checkpoint) {
  at::Tensor x = conv_in_->forward(latent).to(block1_->precision());
  x = block2_->forward(attention_->forward(block1_->forward(x)));
  for (std::size_t i = levels_.size(); i-- > 0;) {
    x = throughBlocks(levels_[i], std::move(x), checkpoint);
    if (levels_[i].up) x = levels_[i].up->forward(x);
  }
  return conv_out_->forward(norm_out_->activated(x)).to(at::kFloat);
}

VqVaeImpl::VqVaeImpl(const VqVaeConfig& config)
    : encoder(register_module("encoder", VaeEncoder(config))),
      decoder(register_module("decoder", VaeDecoder(config))),
      quantize(register_module("quantize", Quantiser(config))),
      quant_conv(register_module("quant_conv", Convolution(outer(config.latent, config.latent)))),
      post_quant_conv(register_module("post_quant_conv", Convolution(outer(config.latent, config.latent)))) {}

at::Tensor VqVaeImpl::encode(const at::Tensor& picture, const Checkpoint& checkpoint) {
  return encoder->forward(picture, checkpoint);
}

at::Tensor VqVaeImpl::decode(const at::Tensor& latent, const Checkpoint& checkpoint) {
  return decoder->forward(post_quant_conv->forward(latent), checkpoint).clamp_(-1, 1);
}

}  // namespace heirloom::models
