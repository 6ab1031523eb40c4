#include "models/m3snet/network.h"

#include <torch/types.h>

#include "models/common/padding.h"
#include "models/common/super_resolution.h"
#include "models/common/transposed_attention.h"

namespace heirloom::models {
namespace {

/// Twice as large with half of the channels.
Convolution enlarging(int features) {
  return Convolution(pointwise(features, 2 * features, {.bias = false}));
}

}  // namespace

M3SNetAttentionImpl::M3SNetAttentionImpl(int features, int heads)
    : heads_(heads),
      temperature_(register_parameter("temperature", at::empty({heads, 1, 1}))),
      qkv_(register_module("qkv", Convolution(pointwise(features, 3 * features, {.bias = false})))),
      qkv_dwconv_(register_module("qkv_dwconv", Convolution(depthwise(3 * features, {.bias = false})))),
      project_out_(register_module("project_out", Convolution(pointwise(features, features, {.bias = false})))) {}

at::Tensor M3SNetAttentionImpl::forward(const at::Tensor& x) {
  const at::Tensor qkv = toTokens(qkv_dwconv_->forward(qkv_->forward(x)));
  return project_out_->forward(toImage(wholeTransposedAttention(qkv, heads_, temperature_)));
}

M3SNetImpl::M3SNetImpl(const M3SNetConfig& config)
    : intro_(register_module(
          "intro", Convolution(ConvolutionOptions{.in = config.channels, .out = config.width, .outer = true}))),
      ending_(register_module(
          "ending", Convolution(ConvolutionOptions{.in = config.width, .out = config.channels, .outer = true}))) {
  const auto part = [this](const char* name) { return submodule(*this, name); };
  const auto numbered = [](torch::nn::Module& owner, std::size_t index) {
    return submodule(owner, std::to_string(index));
  };
  const auto blocks = [](torch::nn::Module& owner, int count, int features) {
    std::vector<NafBlock> made;
    for (int i = 0; i < count; ++i) made.push_back(owner.register_module(std::to_string(i), NafBlock(features)));
    return made;
  };
  const auto encoders = part("encoders"), downs = part("downs");
  int features = config.width;
  for (const int count : config.encoders) {
    const std::size_t index = encoders_.size();
    encoders_.push_back(blocks(*numbered(*encoders, index), count, features));
    const ConvolutionOptions down{.in = features, .out = 2 * features, .kernel = 2, .stride = 2, .padding = 0};
    downs_.push_back(downs->register_module(std::to_string(index), Convolution(down)));
    features *= 2;
  }
  const auto lowest = part("middle_blks");
  for (int i = 0; i < config.middle; ++i) {
    middle_.push_back(lowest->register_module(std::to_string(i), M3SNetAttention(features, config.heads)));
  }
  const auto decoders = part("decoders"), ups = part("ups");
  for (const int count : config.decoders) {
    const std::size_t index = decoders_.size();
    ups_.push_back(numbered(*ups, index)->register_module("0", enlarging(features)));
    features /= 2;
    decoders_.push_back(blocks(*numbered(*decoders, index), count, features));
  }
  const auto middle = part("middle"), middleUps = part("middle_ups");
  // The three upper levels, then the two upper ones again.
  for (const std::size_t level : {0, 1, 2, 0, 1}) {
    const std::size_t index = fusions_.size();
    const int own = config.width << level;
    fusions_.push_back({level, numbered(*middleUps, index)->register_module("0", enlarging(2 * own)),
                        numbered(*middle, index)->register_module("0", NafBlock(own))});
  }
}

at::Tensor M3SNetImpl::forward(const at::Tensor& image, Observer* observer, std::int64_t window) {
  const auto check = [&] {
    if (observer && observer->stopRequested()) throw Stopped{};
  };
  const auto through = [&](std::vector<NafBlock>& blocks, at::Tensor x, std::size_t level) {
    for (NafBlock& block : blocks) {
      check();
      x = block->forward(x, window >> level);
    }
    return x;
  };
  const auto enlarged = [](Convolution& up, const at::Tensor& x) { return at::pixel_shuffle(up->forward(x), 2); };
  // The reference extends by zeros.
  const auto missing = [&](std::int64_t side) {
    const std::int64_t multiple = std::int64_t{1} << encoders_.size();
    return (multiple - side % multiple) % multiple;
  };
  const at::Tensor padded = at::constant_pad_nd(image, {0, missing(image.size(3)), 0, missing(image.size(2))});
  at::Tensor x = intro_->forward(padded).to(downs_.front()->precision());
  std::vector<at::Tensor> skips;
  for (std::size_t level = 0; level < encoders_.size(); ++level) {
    skips.push_back(through(encoders_[level], x, level));
    x = downs_[level]->forward(skips.back());
  }
  for (M3SNetAttention& attention : middle_) {
    check();
    x = attention->forward(x);
  }
  // First each level with the one below as the encoder left it, then with what fusing made of that.
  const std::vector<at::Tensor> encoded = skips;
  for (std::size_t i = 0; i < fusions_.size(); ++i) {
    check();
    auto& [level, up, block] = fusions_[i];
    const bool first = i + 1 < encoders_.size();
    const at::Tensor& below = first ? encoded[level + 1] : skips[level + 1];
    skips[level] = block->forward(skips[level] + enlarged(up, below), window >> level);
  }
  for (std::size_t i = 0; i < decoders_.size(); ++i) {
    const std::size_t level = decoders_.size() - 1 - i;
    x = through(decoders_[i], enlarged(ups_[i], x) + skips[level], level);
  }
  return cropTo(ending_->plus(padded, x), image.size(2), image.size(3));
}

}  // namespace heirloom::models
