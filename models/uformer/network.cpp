#include "models/uformer/network.h"

#include <torch/types.h>

#include <cmath>

#include "models/common/padding.h"
#include "models/common/super_resolution.h"
#include "models/common/through.h"
#include "models/swinir/block.h"

namespace heirloom::models {

UformerAttentionImpl::UformerAttentionImpl(const UformerConfig& config, int features, const WindowAttentionShape& shape,
                                           const LayerNorm& norm, const at::Tensor& modulator)
    : shape_(shape),
      scale_(1 / std::sqrt(static_cast<double>(features / shape.heads))),
      norm_(norm),
      modulator_(modulator),
      relative_position_bias_table_(register_parameter(
          "relative_position_bias_table", at::empty({(2 * shape.window - 1) * (2 * shape.window - 1), shape.heads}))),
      relative_position_index_(register_buffer("relative_position_index", relativePositionIndex(shape.window))),
      proj_(register_module("proj", Linear(features, features))) {
  const auto qkv = submodule(*this, "qkv");
  const auto queries = submodule(*qkv, "to_q"), keysAndValues = submodule(*qkv, "to_kv");
  to_q_ = queries->register_parameter("weight", at::empty({features, features}));
  to_kv_ = keysAndValues->register_parameter("weight", at::empty({2 * features, features}));
  if (config.bias) {
    qBias_ = queries->register_parameter("bias", at::empty({features}));
    kvBias_ = keysAndValues->register_parameter("bias", at::empty({2 * features}));
  }
}

at::Tensor UformerAttentionImpl::forward(const at::Tensor& x) {
  const bool packed = qkv_->packed() && proj_->packed();
  // The kernel for bfloat16 takes a head's channels in pairs.
  const bool whole = qkv_->precision() == at::kFloat || x.size(3) / shape_.heads % 2 == 0;
  if (packed && whole && !modulated_.defined()) {
    const at::Tensor tokens = x.to(qkv_->precision()).contiguous();
    return windowBlock(tokens, *qkv_->packed(), *proj_->packed(), bias_, shape_, scales_, /*cosine=*/false, tokens);
  }
  const at::Tensor qkv = qkv_->forward(x);
  if (modulated_.defined()) {
    const std::int64_t window = shape_.window;
    qkv.view({x.size(0), x.size(1) / window, window, x.size(2) / window, window, -1}).add_(modulated_);
  }
  return proj_->forward(
      packed ? windowAttention(qkv, bias_, shape_, scale_) : plainWindowAttention(qkv, bias_, shape_, scale_), x);
}

void UformerAttentionImpl::place(const Placement& placement) {
  const std::int64_t tokens = std::int64_t{shape_.window} * shape_.window;
  bias_ = relative_position_bias_table_.detach()
              .index_select(0, relative_position_index_.flatten())
              .view({tokens, tokens, shape_.heads})
              .permute({2, 0, 1})
              .contiguous()
              .to(placement.device, at::kFloat);
  scales_ = at::full({shape_.heads}, scale_, at::TensorOptions(placement.device).dtype(at::kFloat));
  qkv_ = Linear(to_q_.size(1), 3 * to_q_.size(1), LinearOptions{.bias = qBias_.defined(), .norm = norm_});
  qkv_->weight.set_data(at::cat({to_q_, to_kv_}));
  if (qBias_.defined()) qkv_->bias.set_data(at::cat({qBias_, kvBias_}));
  if (modulator_.defined()) {
    // It belongs to the windows, which a shift moves.
    modulated_ = at::linear(modulator_.detach(), qkv_->weight.detach())
                     .view({shape_.window, shape_.window, -1})
                     .roll({shape_.shift, shape_.shift}, {0, 1})
                     .unsqueeze(1)
                     .to(placement.precision)
                     .contiguous();
  }
  qkv_->place(placement);
  for (at::Tensor* joined : {&to_q_, &to_kv_}) joined->set_data(at::empty({0}, joined->options()));
}

UformerBlockImpl::UformerBlockImpl(const UformerConfig& config, int features, const WindowAttentionShape& shape,
                                   bool modulated)
    : norm1_(register_module("norm1", LayerNorm(features))),
      norm2_(register_module("norm2", LayerNorm(features))),
      linear1_(features, config.widening * features, LinearOptions{.activation = Activation::Gelu, .norm = norm2_}),
      dwconv_(ConvolutionOptions{.in = config.widening * features,
                                 .out = config.widening * features,
                                 .groups = config.wholeConvolution ? 1 : config.widening * features,
                                 .activation = Activation::Gelu}),
      linear2_(config.widening * features, features) {
  at::Tensor modulator;
  if (modulated) {
    modulator =
        submodule(*this, "modulator")->register_parameter("weight", at::empty({shape.window * shape.window, features}));
  }
  attn_ = register_module("attn", UformerAttention(config, features, shape, norm1_, modulator));
  const auto mlp = submodule(*this, "mlp");
  submodule(*mlp, "linear1")->register_module("0", linear1_);
  submodule(*mlp, "dwconv")->register_module("0", dwconv_);
  submodule(*mlp, "linear2")->register_module("0", linear2_);
}

at::Tensor UformerBlockImpl::forward(const at::Tensor& x) {
  const at::Tensor y = attn_->forward(x);
  return linear2_->forward(toTokens(dwconv_->forward(toImage(linear1_->forward(y)))), y);
}

UformerImpl::UformerImpl(const UformerConfig& config)
    : sizeMultiple_(config.window << UformerConfig::kLevels),
      input_proj_(ConvolutionOptions{.in = config.channels,
                                     .out = config.width,
                                     .activation = Activation::LeakyRelu,
                                     .slope = 0.01,
                                     .outer = true}),
      output_proj_(ConvolutionOptions{.in = 2 * config.width, .out = config.channels, .outer = true}) {
  submodule(*submodule(*this, "input_proj"), "proj")->register_module("0", input_proj_);
  submodule(*submodule(*this, "output_proj"), "proj")->register_module("0", output_proj_);
  const auto addStage = [&](const std::string& name, int features, bool upwards) {
    const auto blocks = submodule(*submodule(*this, name), "blocks");
    const std::size_t stage = stages_.size();
    std::vector<UformerBlock>& made = stages_.emplace_back();
    for (int i = 0; i < config.blocks.at(stage); ++i) {
      // The public networks were made for pictures whose lowest level is one window.
      const bool shifted = i % 2 == 1 && stage != UformerConfig::kLevels;
      const WindowAttentionShape shape{config.window, shifted ? config.window / 2 : 0, config.heads.at(stage)};
      made.push_back(blocks->register_module(std::to_string(i),
                                             UformerBlock(config, features, shape, upwards && config.modulated)));
    }
  };
  int features = config.width;
  for (int i = 0; i < UformerConfig::kLevels; ++i, features *= 2) {
    const std::string number = std::to_string(i);
    addStage("encoderlayer_" + number, features, false);
    downs_.push_back(
        submodule(*submodule(*this, "dowsample_" + number), "conv")
            ->register_module("0", Convolution(ConvolutionOptions{
                                       .in = features, .out = 2 * features, .kernel = 4, .stride = 2, .padding = 1})));
  }
  addStage("conv", features, false);
  for (int i = 0; i < UformerConfig::kLevels; ++i) {
    const std::string number = std::to_string(i);
    // What comes from below is on the levels above the lowest as wide as both of its sources.
    const int below = i == 0 ? features : 2 * features;
    features /= 2;
    ups_.push_back(submodule(*submodule(*this, "upsample_" + number), "deconv")
                       ->register_module("0", TransposedConvolution(below, features, 2, /*bias=*/true)));
    addStage("decoderlayer_" + number, 2 * features, true);
  }
}

at::Tensor UformerImpl::forward(const at::Tensor& image, Observer* observer) {
  const auto level = [&](std::vector<UformerBlock>& blocks, const at::Tensor& x) {
    return toImage(through(blocks, toTokens(x), observer));
  };
  const at::Tensor padded = padToMultiple(image, sizeMultiple_, Padding::Reflect);
  at::Tensor x = input_proj_->forward(padded).to(downs_.front()->precision());
  std::vector<at::Tensor> skips;
  std::size_t stage = 0;
  for (Convolution& down : downs_) {
    skips.push_back(level(stages_[stage++], x));
    x = down->forward(skips.back());
  }
  x = level(stages_[stage++], x);
  for (TransposedConvolution& up : ups_) {
    x = level(stages_[stage++], at::cat({up->forward(x), skips.back()}, 1));
    skips.pop_back();
  }
  return cropTo(output_proj_->plus(padded, x), image.size(2), image.size(3));
}

}  // namespace heirloom::models
