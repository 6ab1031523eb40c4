#include "models/sdxl/vae.h"

#include <torch/types.h>

#include <array>
#include <string>

#include "models/common/json_config.h"
#include "models/common/layout.h"
#include "models/common/plane_tiles.h"

namespace heirloom::models {
namespace {

using Owner = std::shared_ptr<torch::nn::Module>;

VaeResBlock resnet(const Owner& owner, int number, int in, int out, const SdxlVaeConfig& config) {
  return owner->register_module(std::to_string(number), VaeResBlock(in, out, config.groups, "conv_shortcut"));
}

SdxlVaeMiddle middleOf(torch::nn::Module& owner, int width, const SdxlVaeConfig& config) {
  const Owner block = submodule(owner, "mid_block");
  const Owner resnets = submodule(*block, "resnets");
  SdxlVaeMiddle middle;
  middle.first = resnet(resnets, 0, width, width, config);
  middle.second = resnet(resnets, 1, width, width, config);
  middle.attention = submodule(*block, "attentions")->register_module("0", SdxlVaeAttention(width, config.groups));
  return middle;
}

at::Tensor through(SdxlVaeMiddle& middle, const at::Tensor& x, const Checkpoint& checkpoint) {
  if (checkpoint) checkpoint();
  const at::Tensor attended = middle.attention->forward(middle.first->forward(x));
  if (checkpoint) checkpoint();
  return middle.second->forward(attended);
}

at::Tensor through(SdxlVaeLevel& level, at::Tensor x, const Checkpoint& checkpoint) {
  for (VaeResBlock& block : level.resnets) {
    if (checkpoint) checkpoint();
    x = block->forward(x);
  }
  if (level.down) return level.down->forward(x);
  return level.up ? level.up->forward(x) : x;
}

/// `whole` computed tile by tile: `pass` makes of a tile what becomes its part of the result. `from` and `into`:
/// samples a latent, along a side, of what goes in and what comes out.
at::Tensor inTiles(const at::Tensor& whole, const VaeTiles& tiles, std::int64_t from, std::int64_t into,
                   const std::function<at::Tensor(const at::Tensor&)>& pass) {
  const std::vector<PlaneTile> latents =
      planeTiles(whole.size(2) / from, whole.size(3) / from, tiles.side, tiles.overlap);
  if (latents.size() == 1) return pass(whole);
  std::vector<PlaneTile> results;
  for (const PlaneTile& tile : latents) results.push_back(tile.scaled(into));
  std::size_t next = 0;
  return mixed(results, [&](const PlaneTile&) { return pass(latents[next++].scaled(from).of(whole).contiguous()); });
}

}  // namespace

SdxlVaeConfig vaeConfigOf(const std::string& json) {
  const JsonConfig file(json, "vae/config.json");
  SdxlVaeConfig config;
  constexpr std::size_t kMostLevels = 8;
  config.channels = file.sizes("block_out_channels", config.channels, kMostLevels);
  config.blocks = file.size("layers_per_block", config.blocks);
  config.latent = file.size("latent_channels", config.latent);
  config.groups = file.size("norm_num_groups", config.groups);
  config.scaling = file.number("scaling_factor", config.scaling);
  if (file.size("in_channels", 3) != 3 || file.size("out_channels", 3) != 3) {
    throw file.refusal("its pictures have other channels than red, green and blue");
  }
  if (file.text("act_fn", "silu") != "silu") throw file.refusal("its activation is not SiLU");
  if (!(config.scaling > 0)) throw file.refusal("scaling_factor is not above 0");
  for (const int width : config.channels) {
    if (width % config.groups != 0) throw file.refusal("norm_num_groups does not divide block_out_channels");
  }
  return config;
}

SdxlVaeAttentionImpl::SdxlVaeAttentionImpl(int channels, int groups)
    : group_norm_(register_module("group_norm", VaeNorm(channels, groups))),
      to_q_(register_module("to_q", Linear(channels, channels))),
      to_k_(register_module("to_k", Linear(channels, channels))),
      to_v_(register_module("to_v", Linear(channels, channels))),
      to_out_(submodule(*this, "to_out")->register_module("0", Linear(channels, channels))) {}

at::Tensor SdxlVaeAttentionImpl::forward(const at::Tensor& x) {
  const std::int64_t height = x.size(2), width = x.size(3);
  const auto tokens = [](const at::Tensor& y) { return y.permute({0, 2, 3, 1}).flatten(1, 2); };  // N HW C
  const at::Tensor normed = tokens(group_norm_->forward(x)).contiguous();
  const auto head = [](const at::Tensor& y) { return y.unsqueeze(1); };
  const at::Tensor seen = at::scaled_dot_product_attention(head(to_q_->forward(normed)), head(to_k_->forward(normed)),
                                                           head(to_v_->forward(normed)));
  const at::Tensor sum = to_out_->forward(seen.squeeze(1)).to(x.scalar_type()) + tokens(x);
  return laidOut(sum.unflatten(1, {height, width}).permute({0, 3, 1, 2}));
}

SdxlVaeEncoderImpl::SdxlVaeEncoderImpl(const SdxlVaeConfig& config)
    : conv_in_(register_module("conv_in", Convolution(outer(3, config.channels.front())))) {
  const Owner blocks = submodule(*this, "down_blocks");
  int width = config.channels.front();
  for (std::size_t i = 0; i < config.channels.size(); ++i) {
    const Owner owner = submodule(*blocks, std::to_string(i));
    const Owner resnets = submodule(*owner, "resnets");
    SdxlVaeLevel level;
    for (int k = 0; k < config.blocks; ++k)
      level.resnets.push_back(resnet(resnets, k, k == 0 ? width : config.channels[i], config.channels[i], config));
    width = config.channels[i];
    if (i + 1 < config.channels.size())
      level.down = submodule(*owner, "downsamplers")->register_module("0", VaeDownsample(width));
    levels_.push_back(std::move(level));
  }
  middle_ = middleOf(*this, width, config);
  conv_norm_out_ = register_module("conv_norm_out", VaeNorm(width, config.groups));
  conv_out_ = register_module("conv_out", Convolution(outer(width, 2 * config.latent)));
}

at::Tensor SdxlVaeEncoderImpl::forward(const at::Tensor& picture, const Checkpoint& checkpoint) {
  at::Tensor x = conv_in_->forward(picture).to(middle_.first->precision());
  for (SdxlVaeLevel& level : levels_) x = through(level, std::move(x), checkpoint);
  x = through(middle_, x, checkpoint);
  return conv_out_->forward(conv_norm_out_->activated(x)).to(at::kFloat);
}

SdxlVaeDecoderImpl::SdxlVaeDecoderImpl(const SdxlVaeConfig& config)
    : conv_in_(register_module("conv_in", Convolution(outer(config.latent, config.channels.back())))) {
  int width = config.channels.back();
  middle_ = middleOf(*this, width, config);
  const Owner blocks = submodule(*this, "up_blocks");
  for (std::size_t i = 0; i < config.channels.size(); ++i) {
    const Owner owner = submodule(*blocks, std::to_string(i));
    const Owner resnets = submodule(*owner, "resnets");
    const int out = config.channels[config.channels.size() - 1 - i];
    SdxlVaeLevel level;
    for (int k = 0; k <= config.blocks; ++k)
      level.resnets.push_back(resnet(resnets, k, k == 0 ? width : out, out, config));
    width = out;
    if (i + 1 < config.channels.size())
      level.up = submodule(*owner, "upsamplers")->register_module("0", VaeUpsample(width));
    levels_.push_back(std::move(level));
  }
  conv_norm_out_ = register_module("conv_norm_out", VaeNorm(width, config.groups));
  conv_out_ = register_module("conv_out", Convolution(outer(width, 3)));
}

at::Tensor SdxlVaeDecoderImpl::forward(const at::Tensor& latent, const Checkpoint& checkpoint) {
  at::Tensor x = conv_in_->forward(latent).to(middle_.first->precision());
  x = through(middle_, x, checkpoint);
  for (SdxlVaeLevel& level : levels_) x = through(level, std::move(x), checkpoint);
  return conv_out_->forward(conv_norm_out_->activated(x)).to(at::kFloat);
}

SdxlVaeImpl::SdxlVaeImpl(const SdxlVaeConfig& config)
    : config_(config),
      encoder_(register_module("encoder", SdxlVaeEncoder(config))),
      decoder_(register_module("decoder", SdxlVaeDecoder(config))),
      quant_conv_(
          register_module("quant_conv", Convolution(pointwise(2 * config.latent, 2 * config.latent, {.outer = true})))),
      post_quant_conv_(
          register_module("post_quant_conv", Convolution(pointwise(config.latent, config.latent, {.outer = true})))) {}

LatentDistribution SdxlVaeImpl::encode(const at::Tensor& picture, const Checkpoint& checkpoint) {
  const at::Tensor moments = quant_conv_->forward(encoder_->forward(picture, checkpoint));
  const std::vector<at::Tensor> halves = moments.chunk(2, 1);
  return {halves[0].contiguous(), halves[1].clamp(-30, 20).mul(0.5).exp()};
}

at::Tensor SdxlVaeImpl::decode(const at::Tensor& latent, const Checkpoint& checkpoint) {
  return decoder_->forward(post_quant_conv_->forward(latent), checkpoint);
}

LatentDistribution encodeInTiles(SdxlVae& vae, const at::Tensor& picture, const VaeTiles& tiles,
                                 const Checkpoint& checkpoint) {
  const at::Tensor both = inTiles(picture, tiles, vae->config().factor(), 1, [&](const at::Tensor& tile) {
    const LatentDistribution part = vae->encode(tile, checkpoint);
    return at::cat({part.mean, part.deviation}, 1);
  });
  const std::vector<at::Tensor> halves = both.chunk(2, 1);
  return {halves[0].contiguous(), halves[1].contiguous()};
}

at::Tensor decodeInTiles(SdxlVae& vae, const at::Tensor& latent, const VaeTiles& tiles, const Checkpoint& checkpoint) {
  return inTiles(latent, tiles, 1, vae->config().factor(),
                 [&](const at::Tensor& tile) { return vae->decode(tile, checkpoint); });
}

std::string presentVaeKey(const std::string& key) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kNames{
      {{".query.", ".to_q."}, {".key.", ".to_k."}, {".value.", ".to_v."}, {".proj_attn.", ".to_out.0."}}};
  for (const auto& [old, present] : kNames) {
    const std::size_t at = key.find(old);
    if (at == std::string::npos || key.find("attentions.") == std::string::npos) continue;
    return key.substr(0, at) + std::string(present) + key.substr(at + old.size());
  }
  return key;
}

}  // namespace heirloom::models
