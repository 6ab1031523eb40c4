#include "models/moesr/network.h"

#include <torch/types.h>

#include <array>

#include "models/common/padding.h"
#include "models/common/super_resolution.h"
#include "models/common/through.h"

namespace heirloom::models {
namespace {

constexpr int kShares = 8;             // of the channels, each kind of depthwise convolution sees one
constexpr int kBand = 11;              // length of those along one side
constexpr int kBelow = 3;              // blocks on half the size
constexpr double kSizeSlope = 0.1;     // between the sizes
constexpr double kFirstSlope = 0.01;   // of the shuffles' first convolution
constexpr double kNearestSlope = 0.2;  // of the convolutions around nearest neighbours
constexpr std::int64_t kMeta = 7;      // numbers that say how the file enlarges; its layers say so too

}  // namespace

BandConvolutionImpl::BandConvolutionImpl(int channels, int rows, int columns)
    : weight_(register_parameter("weight", at::empty({channels, 1, rows, columns}))),
      bias_(register_parameter("bias", at::empty({channels}))) {}

at::Tensor BandConvolutionImpl::forward(const at::Tensor& x) {
  const std::array<std::int64_t, 2> padding = {weight_.size(2) / 2, weight_.size(3) / 2};
  return at::conv2d(x.to(weight_.scalar_type()), weight_, bias_, /*stride=*/at::IntArrayRef{1, 1}, padding,
                    /*dilation=*/at::IntArrayRef{1, 1}, weight_.size(0));
}

void BandConvolutionImpl::place(const Placement& placement) {
  for (at::Tensor* parameter : {&weight_, &bias_})
    parameter->set_data(parameter->to(placement.device, placement.precision));
}

MoesrBlockImpl::MoesrBlockImpl(int features, int hidden)
    : hidden_(hidden),
      share_(features / kShares),
      norm_(register_module("norm", LayerNorm(features, 1e-6))),
      fc1_(register_module("fc1", Convolution(ConvolutionOptions{.in = features, .out = 2 * hidden}))),
      square_(ConvolutionOptions{.in = share_, .out = share_, .groups = share_}),
      row_(share_, 1, kBand),
      column_(share_, kBand, 1),
      fc2_(register_module("fc2", Convolution(ConvolutionOptions{.in = hidden, .out = features}))),
      gamma_(register_parameter("gamma", at::empty({1, features, 1, 1}))) {
  const auto conv = submodule(*this, "conv");
  conv->register_module("dwconv_hw", square_);
  conv->register_module("dwconv_w", row_);
  conv->register_module("dwconv_h", column_);
}

at::Tensor MoesrBlockImpl::forward(const at::Tensor& x) {
  const at::Tensor all = fc1_->forward(toImage(norm_->forward(toTokens(x))));
  const auto last = [&](int shares) { return all.narrow(1, 2 * hidden_ - shares * share_, share_); };
  const int untouched = hidden_ - 3 * share_;
  const at::Tensor seen = at::cat(
      {all.narrow(1, hidden_, untouched), square_->forward(last(3)), row_->forward(last(2)), column_->forward(last(1))},
      1);
  return at::addcmul(x, at::mish(fc2_->forward(at::mish(all.narrow(1, 0, hidden_)) * seen)), gamma_);
}

void MoesrBlockImpl::place(const Placement& placement) {
  gamma_.set_data(gamma_.to(placement.device, placement.precision));
}

MoesrGroupImpl::MoesrGroupImpl(const MoesrConfig& config)
    : down_(leaky(config.features, config.features / 4, kSizeSlope)),
      up_(leaky(config.features, 4 * config.features, kSizeSlope)) {
  const auto blocks = submodule(*this, "blocks"), msg = submodule(*this, "msg");
  for (int i = 0; i < config.blocks; ++i) {
    blocks_.push_back(blocks->register_module(std::to_string(i), MoesrBlock(config.features, config.hidden)));
  }
  submodule(*msg, "down")->register_module("0", down_);
  const auto gated = submodule(*msg, "gated");
  for (int i = 0; i < kBelow; ++i) {
    gated_.push_back(gated->register_module(std::to_string(i), MoesrBlock(config.features, config.hiddenBelow)));
  }
  submodule(*msg, "up")->register_module("0", up_);
}

at::Tensor MoesrGroupImpl::forward(const at::Tensor& x, Observer* observer) {
  const at::Tensor seen = through(blocks_, x, observer);
  const at::Tensor below = through(gated_, at::pixel_unshuffle(down_->forward(seen), 2), observer);
  return at::pixel_shuffle(up_->forward(below), 2) + seen;
}

MoesrImpl::MoesrImpl(const MoesrConfig& config)
    : config_(config),
      in_to_dim_(register_module(
          "in_to_dim", Convolution(ConvolutionOptions{.in = config.channels, .out = config.features, .outer = true}))) {
  const auto blocks = submodule(*this, "blocks");
  for (int i = 0; i < config.groups; ++i) {
    blocks_.push_back(blocks->register_module(std::to_string(i), MoesrGroup(config)));
  }
  const auto upscale = submodule(*this, "upscale");
  upscale->register_buffer("MetaUpsample", at::zeros({kMeta}, at::kByte));
  const int f = config.features, middle = config.middle;
  const auto add = [&](int number, const ConvolutionOptions& options) {
    steps_.push_back(upscale->register_module(std::to_string(number), Convolution(options)));
  };
  const auto last = [&](int in, int factor) {
    return ConvolutionOptions{.in = in, .out = config.channels * factor * factor, .outer = true};
  };
  switch (config.end) {
    case MoesrEnd::Convolution:
    case MoesrEnd::ShuffleDirect:
      add(0, last(f, config.scale));
      break;
    case MoesrEnd::Shuffle: {  // activations and shuffles are counted, too
      add(0, leaky(f, middle, kFirstSlope));
      int number = 2;
      for (const int factor : shuffleFactors(config.scale)) {
        add(number, {.in = middle, .out = middle * factor * factor});
        number += 2;
      }
      add(number, last(middle, 1));
      break;
    }
    case MoesrEnd::Nearest: {
      int number = 0;
      for (std::size_t i = 0; i < shuffleFactors(config.scale).size(); ++i, number += 3)
        add(number, leaky(f, f, kNearestSlope));
      add(number, leaky(f, f, kNearestSlope));
      add(number + 2, last(f, 1));
      break;
    }
    case MoesrEnd::DySample:
      sampled_ = upscale->register_module("0", DySample(f, config.channels, config.scale, kDySampleGroups));
      break;
  }
}

at::Tensor MoesrImpl::enlarged(const at::Tensor& features) {
  if (sampled_) return sampled_->forward(features.to(at::kFloat));
  if (config_.end == MoesrEnd::Convolution || config_.end == MoesrEnd::ShuffleDirect) {
    return at::pixel_shuffle(steps_.front()->forward(features), config_.scale);
  }
  const std::vector<int> factors = shuffleFactors(config_.scale);
  const bool shuffles = config_.end == MoesrEnd::Shuffle;
  at::Tensor x = shuffles ? steps_.front()->forward(features) : features;
  for (std::size_t i = 0; i < factors.size(); ++i) {
    if (shuffles) {
      x = at::pixel_shuffle(steps_[i + 1]->forward(x), factors[i]);
    } else {
      x = steps_[i]->forward(x);
      x = at::upsample_nearest2d(x, {x.size(2) * factors[i], x.size(3) * factors[i]});
    }
  }
  if (!shuffles) x = steps_[factors.size()]->forward(x);
  return steps_.back()->forward(x);
}

at::Tensor MoesrImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor shallow = in_to_dim_->forward(padToMultiple(image, 2, Padding::Reflect));
  at::Tensor x = blocks_.empty() ? shallow : shallow.to(blocks_.front()->precision());
  for (MoesrGroup& group : blocks_) x = group->forward(x, observer);
  return cropTo(enlarged(x + shallow), image.size(2) * config_.scale, image.size(3) * config_.scale);
}

}  // namespace heirloom::models
