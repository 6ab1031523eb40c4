#include "models/sdxl/unet.h"

#include <torch/types.h>

namespace heirloom::models {
namespace {

template <typename Block>
void list(std::vector<UNetImpl::NamedAttention>& found, const std::string& block, const Block& module) {
  for (std::size_t i = 0; i < module->attentions.size(); ++i) {
    const auto& blocks = module->attentions[i]->blocks;
    for (std::size_t k = 0; k < blocks.size(); ++k) {
      const std::string path =
          block + ".attentions." + std::to_string(i) + ".transformer_blocks." + std::to_string(k) + ".";
      found.push_back({path + "attn1", CrossAttention(nullptr)});
      found.push_back({path + "attn2", blocks[k]->attn2});
    }
  }
}

}  // namespace

// The middle is registered last, as in the reference: what is numbered in the order of registration depends on it.
UNetImpl::UNetImpl(const UNetConfig& config)
    : conv_in(register_module("conv_in", Convolution(ConvolutionOptions{
                                             .in = config.inChannels, .out = config.widths.front(), .outer = true}))),
      config_(config),
      conditions_(*this, config) {
  const auto downBlocks = submodule(*this, "down_blocks"), upBlocks = submodule(*this, "up_blocks");
  for (int level = 0; level < config.levels(); ++level)
    down.push_back(downBlocks->register_module(std::to_string(level), DownBlock(config, level, config.textWidth)));
  for (int level = config.levels() - 1; level >= 0; --level)
    up.push_back(upBlocks->register_module(std::to_string(up.size()), UpBlock(config, level)));
  mid = register_module("mid_block", MidBlock(config, config.textWidth));
  conv_norm_out_ = register_module("conv_norm_out", GroupNorm(config.groups, config.widths.front(), config.epsilon));
  conv_out_ = register_module("conv_out", Convolution(ConvolutionOptions{
                                              .in = config.widths.front(), .out = config.outChannels, .outer = true}));
}

at::Tensor UNetImpl::forward(const at::Tensor& sample, const Pass& pass, const Residuals* residuals) {
  const int multiple = config_.sideMultiple();
  TORCH_CHECK(sample.dim() == 4 && sample.size(1) == config_.inChannels && sample.size(2) % multiple == 0 &&
                  sample.size(3) % multiple == 0,
              "UNet: expected N ", config_.inChannels, " h w with sides of multiples of ", multiple, ", found ",
              sample.sizes());
  at::Tensor x = conv_in->forward(sample).to(down[0]->resnets[0]->precision());
  std::vector<at::Tensor> skips = {x};
  for (auto& block : down) x = block->forward(x, pass, skips);
  x = mid->forward(x, pass);
  if (residuals) {
    TORCH_CHECK(residuals->skips.size() == skips.size(), "UNet: expected ", skips.size(), " residuals, found ",
                residuals->skips.size());
    for (std::size_t i = 0; i < skips.size(); ++i) skips[i] = skips[i] + residuals->skips[i].to(x.scalar_type());
    x = x + residuals->middle.to(x.scalar_type());
  }
  for (auto& block : up) x = block->forward(x, pass, skips);
  return conv_out_->forward(conv_norm_out_->activated(x));
}

std::vector<UNetImpl::NamedAttention> UNetImpl::attentions() {
  std::vector<NamedAttention> found;
  for (std::size_t i = 0; i < down.size(); ++i) list(found, "down_blocks." + std::to_string(i), down[i]);
  for (std::size_t i = 0; i < up.size(); ++i) list(found, "up_blocks." + std::to_string(i), up[i]);
  list(found, "mid_block", mid);
  return found;
}

}  // namespace heirloom::models
