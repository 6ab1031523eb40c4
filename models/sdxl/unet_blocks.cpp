#include "models/sdxl/unet_blocks.h"

#include <torch/types.h>

#include <string>

namespace heirloom::models {
namespace {

using Owner = std::shared_ptr<torch::nn::Module>;

UNetResBlock resBlock(const UNetConfig& config, int in, int out) {
  return UNetResBlock(in, out, config.embeddingWidth(), config.groups, config.epsilon);
}

MapTransformer transformer(const UNetConfig& config, int level, int textWidth) {
  const auto at = static_cast<std::size_t>(level);
  return MapTransformer(config.widths[at], config.heads[at], config.depths[at], textWidth, config.groups);
}

/// The reference registers the attentions of a block before its residual blocks, and numbers what it adds to them in
/// that order; those without attention have no such list.
template <typename Block>
void addAttentions(Block& block, const UNetConfig& config, int level, int count, int textWidth) {
  if (config.depths[static_cast<std::size_t>(level)] == 0) return;
  const Owner owner = submodule(block, "attentions");
  for (int i = 0; i < count; ++i)
    block.attentions.push_back(owner->register_module(std::to_string(i), transformer(config, level, textWidth)));
}

template <typename Sampler>
Sampler addSampler(torch::nn::Module& block, const char* list, int channels) {
  return submodule(block, list)->register_module("0", Sampler(channels));
}

}  // namespace

DownBlockImpl::DownBlockImpl(const UNetConfig& config, int level, int textWidth) {
  const auto at = static_cast<std::size_t>(level);
  const int in = config.widths[level == 0 ? 0 : at - 1], out = config.widths[at];
  addAttentions(*this, config, level, config.blocks, textWidth);
  const Owner owner = submodule(*this, "resnets");
  for (int i = 0; i < config.blocks; ++i)
    resnets.push_back(owner->register_module(std::to_string(i), resBlock(config, i == 0 ? in : out, out)));
  if (level + 1 < config.levels()) down = addSampler<UNetDownsample>(*this, "downsamplers", out);
}

at::Tensor DownBlockImpl::forward(at::Tensor x, const Pass& pass, std::vector<at::Tensor>& skips) {
  for (std::size_t i = 0; i < resnets.size(); ++i) {
    x = resnets[i]->forward(x, pass);
    if (!attentions.empty()) x = attentions[i]->forward(x, pass);
    skips.push_back(x);
  }
  if (down) skips.push_back(x = down->forward(x, pass));
  return x;
}

MidBlockImpl::MidBlockImpl(const UNetConfig& config, int textWidth) {
  const int width = config.widths.back();
  addAttentions(*this, config, config.levels() - 1, 1, textWidth);
  const Owner owner = submodule(*this, "resnets");
  for (int i = 0; i < 2; ++i)
    resnets.push_back(owner->register_module(std::to_string(i), resBlock(config, width, width)));
}

at::Tensor MidBlockImpl::forward(at::Tensor x, const Pass& pass) {
  x = resnets[0]->forward(x, pass);
  x = attentions[0]->forward(x, pass);
  return resnets[1]->forward(x, pass);
}

UpBlockImpl::UpBlockImpl(const UNetConfig& config, int level) {
  const auto at = static_cast<std::size_t>(level);
  const int out = config.widths[at];
  std::vector<int> skips = skipWidths(config);
  // Levels above take what the coarser ones left.
  for (int coarser = config.levels() - 1; coarser > level; --coarser)
    skips.resize(skips.size() - static_cast<std::size_t>(config.blocks + 1));
  int in = level + 1 < config.levels() ? config.widths[at + 1] : out;
  addAttentions(*this, config, level, config.blocks + 1, config.textWidth);
  const Owner owner = submodule(*this, "resnets");
  for (int i = 0; i <= config.blocks; ++i) {
    resnets.push_back(owner->register_module(std::to_string(i), resBlock(config, in + skips.back(), out)));
    skips.pop_back();
    in = out;
  }
  if (level > 0) up = addSampler<UNetUpsample>(*this, "upsamplers", out);
}

at::Tensor UpBlockImpl::forward(at::Tensor x, const Pass& pass, std::vector<at::Tensor>& skips) {
  for (std::size_t i = 0; i < resnets.size(); ++i) {
    x = at::cat({x, skips.back()}, 1);
    skips.pop_back();
    x = resnets[i]->forward(x, pass);
    if (!attentions.empty()) x = attentions[i]->forward(x, pass);
  }
  return up ? up->forward(x, pass) : x;
}

std::vector<int> skipWidths(const UNetConfig& config) {
  std::vector<int> widths = {config.widths.front()};
  for (int level = 0; level < config.levels(); ++level) {
    const int count = config.blocks + (level + 1 < config.levels() ? 1 : 0);
    widths.insert(widths.end(), static_cast<std::size_t>(count), config.widths[static_cast<std::size_t>(level)]);
  }
  return widths;
}

}  // namespace heirloom::models
