#include "models/seemore/network.h"

#include <torch/types.h>

#include <algorithm>
#include <array>

#include "models/common/channel_norm.h"
#include "models/common/padding.h"
#include "models/common/super_resolution.h"
#include "models/common/whole_statistics.h"

namespace heirloom::models {
namespace {

constexpr double kEpsilon = 1e-6;
constexpr int kShrinkage = 4;

}  // namespace

StripedConvolutionImpl::StripedConvolutionImpl(int features, int kernel) {
  const auto conv = submodule(*this, "conv");
  const auto along = submodule(*conv, "0"), down = submodule(*conv, "1");
  alongWeight_ = along->register_parameter("weight", at::empty({features, 1, 1, kernel}));
  alongBias_ = along->register_parameter("bias", at::empty({features}));
  downWeight_ = down->register_parameter("weight", at::empty({features, 1, kernel, 1}));
  downBias_ = down->register_parameter("bias", at::empty({features}));
}

at::Tensor StripedConvolutionImpl::forward(const at::Tensor& x) {
  const std::int64_t features = alongWeight_.size(0), border = alongWeight_.size(3) / 2;
  const auto convolved = [&](const at::Tensor& in, const at::Tensor& weight, const at::Tensor& bias, bool along) {
    const std::array<std::int64_t, 2> padding = {along ? 0 : border, along ? border : 0};
    return at::conv2d(in, weight, bias, /*stride=*/1, padding, /*dilation=*/1, features);
  };
  const at::Tensor rows = convolved(x.to(alongWeight_.scalar_type()), alongWeight_, alongBias_, /*along=*/true);
  return convolved(rows, downWeight_, downBias_, /*along=*/false);
}

void StripedConvolutionImpl::place(const Placement& placement) {
  for (at::Tensor* tensor : {&alongWeight_, &alongBias_, &downWeight_, &downBias_}) {
    tensor->set_data(tensor->to(placement.device, placement.precision));
  }
}

SeemoRePerceptron::SeemoRePerceptron(torch::nn::Module& owner, int features)
    : norm_(owner.register_module("norm_2", LayerNorm(features, kEpsilon))),
      fn_1_(pointwise(features, 2 * features, {.activation = Activation::Gelu})),
      gate_(depthwise(features)),
      fn_2_(pointwise(features, features, {.activation = Activation::Gelu})) {
  const auto ffn = submodule(owner, "ffn");
  submodule(*ffn, "fn_1")->register_module("0", fn_1_);
  submodule(*ffn, "fn_2")->register_module("0", fn_2_);
  ffn->register_module("gate", gate_);
}

at::Tensor SeemoRePerceptron::forward(const at::Tensor& x) {
  const std::vector<at::Tensor> halves = fn_1_->forward(channelNorm(norm_, x)).chunk(2, 1);
  return x + fn_2_->forward(halves[0] * gate_->forward(halves[1]));
}

SeemoReLocalBlockImpl::SeemoReLocalBlockImpl(const SeemoReConfig& config)
    : shuffled_(config.shuffled),
      shrinkings_(config.shrinkings),
      norm_1_(register_module("norm_1", LayerNorm(config.features, kEpsilon))),
      conv0_(ConvolutionOptions{.in = config.features, .out = config.features, .activation = Activation::Gelu}),
      conv2_(pointwise(config.features, 2 * config.features)),
      shrink_(ConvolutionOptions{.in = config.features,
                                 .out = config.features,
                                 .kernel = kShrinkage,
                                 .stride = kShrinkage,
                                 .padding = 0,
                                 .groups = config.features,
                                 .activation = Activation::Gelu}),
      depthwise_(depthwise(config.features)),
      pointwise_(pointwise(config.features, config.features)),
      striped_(config.features, 3),
      gate_(config.features, static_cast<int>(config.ranks.size()), LinearOptions{.bias = false, .outer = true}),
      proj_(pointwise(config.features, config.features)),
      perceptron_(*this, config.features) {
  const auto block = submodule(*this, "block");
  const auto first = submodule(*block, "conv_1");
  first->register_module("0", conv0_);
  first->register_module("2", conv2_);
  submodule(*block, "agg_conv")->register_module("0", shrink_);
  const auto after = submodule(*block, "conv");
  after->register_module("0", depthwise_);
  after->register_module("1", pointwise_);
  submodule(*block, "conv_2")->register_module("0", striped_);
  const auto mixture = submodule(*block, "moe_layer");
  const auto experts = submodule(*mixture, "experts");
  for (const int rank : config.ranks) {
    const auto expert = submodule(*experts, std::to_string(experts_.size()));
    experts_.push_back({expert->register_module("conv_1", Convolution(pointwise(config.features, rank))),
                        expert->register_module("conv_2", Convolution(pointwise(config.features, rank))),
                        expert->register_module("conv_3", Convolution(pointwise(rank, config.features)))});
  }
  submodule(*submodule(*mixture, "gate"), "body")->register_module("2", gate_);
  block->register_module("proj", proj_);
}

at::Tensor SeemoReLocalBlockImpl::surroundingsOf(const at::Tensor& x) {
  at::Tensor small = x;
  for (int i = 0; i < shrinkings_; ++i) small = shrink_->forward(small);
  small = pointwise_->forward(depthwise_->forward(small));
  return x + at::upsample_bilinear2d(small, {x.size(2), x.size(3)}, /*align_corners=*/false);
}

at::Tensor SeemoReLocalBlockImpl::byExperts(const at::Tensor& x, const at::Tensor& surroundings) {
  // Of tiles that share their statistics there is one share and one expert for all.
  const auto [share, chosen] = gate_->forward(channelMeans(x).flatten(1)).softmax(1).max(1);
  const at::Tensor shares = share.expand({x.size(0)}), numbers = chosen.cpu().expand({x.size(0)});
  std::vector<at::Tensor> pictures;
  for (std::int64_t i = 0; i < x.size(0); ++i) {
    Expert& expert = experts_[static_cast<std::size_t>(numbers[i].item<std::int64_t>())];
    const at::Tensor picture = x.narrow(0, i, 1);
    const at::Tensor product =
        expert.surroundings->forward(surroundings.narrow(0, i, 1)) * expert.pixel->forward(picture);
    pictures.push_back(at::addcmul(picture, expert.widen->forward(product), shares[i].to(picture.scalar_type())));
  }
  return pictures.size() == 1 ? pictures.front() : at::cat(pictures, 0);
}

at::Tensor SeemoReLocalBlockImpl::forward(const at::Tensor& x) {
  const at::Tensor both = conv2_->forward(conv0_->forward(channelNorm(norm_1_, x)));
  const std::vector<at::Tensor> branches = (shuffled_ ? at::channel_shuffle(both, 2) : both).chunk(2, 1);
  const at::Tensor pixels = at::gelu(striped_->forward(branches[0]));
  const at::Tensor mixed = byExperts(pixels, surroundingsOf(branches[1]));
  return perceptron_.forward(proj_->plus(x, mixed));
}

SeemoReGlobalBlockImpl::SeemoReGlobalBlockImpl(const SeemoReConfig& config)
    : norm_1_(register_module("norm_1", LayerNorm(config.features, kEpsilon))),
      to_qv_(pointwise(config.features, 2 * config.features, {.activation = Activation::Gelu})),
      proj_(pointwise(config.features, config.features)),
      attn_(config.features, config.kernel),
      perceptron_(*this, config.features) {
  const auto block = submodule(*this, "block");
  block->register_module("proj", proj_);
  submodule(*block, "to_qv")->register_module("0", to_qv_);
  block->register_module("attn", attn_);
}

at::Tensor SeemoReGlobalBlockImpl::forward(const at::Tensor& x) {
  const std::vector<at::Tensor> halves = to_qv_->forward(channelNorm(norm_1_, x)).chunk(2, 1);
  return perceptron_.forward(proj_->plus(x, attn_->forward(halves[0]) * halves[1]));
}

SeemoReImpl::SeemoReImpl(const SeemoReConfig& config)
    : config_(config),
      conv_1_(register_module(
          "conv_1", Convolution(ConvolutionOptions{.in = config.channels, .out = config.features, .outer = true}))),
      norm_(config.features, kEpsilon),
      conv_2_(ConvolutionOptions{.in = config.features, .out = config.features}),
      upsampler_(ConvolutionOptions{
          .in = config.features, .out = config.channels * config.scale * config.scale, .outer = true}) {
  const auto body = submodule(*this, "body");
  for (int i = 0; i < config.groups; ++i) {
    const auto group = submodule(*body, std::to_string(i));
    body_.emplace_back(group->register_module("local_block", SeemoReLocalBlock(config)),
                       group->register_module("global_block", SeemoReGlobalBlock(config)));
  }
  register_module("norm", norm_);
  register_module("conv_2", conv_2_);
  submodule(*this, "upsampler")->register_module("0", upsampler_);
}

at::Tensor SeemoReImpl::forward(const at::Tensor& image, Observer* observer) {
  const std::int64_t smallest = std::int64_t{1} << (2 * config_.shrinkings);
  const auto missing = [&](std::int64_t side) { return std::max<std::int64_t>(0, smallest - side); };
  const at::Tensor mean = meanColour(config_.channels, image.options());
  const at::Tensor picture =
      at::replication_pad2d(image, {0, missing(image.size(3)), 0, missing(image.size(2))}) - mean;
  const at::Tensor shallow = conv_1_->forward(picture).to(conv_2_->precision());
  at::Tensor x = shallow;
  for (auto& [local, global] : body_) {
    if (observer && observer->stopRequested()) throw Stopped{};
    x = global->forward(local->forward(x));
  }
  x = conv_2_->plus(shallow, channelNorm(norm_, x));
  const at::Tensor enlarged = at::pixel_shuffle(upsampler_->forward(x), config_.scale) + mean;
  return cropTo(enlarged, image.size(2) * config_.scale, image.size(3) * config_.scale);
}

}  // namespace heirloom::models
