#include "models/span/network.h"

#include <torch/types.h>

#include "models/common/super_resolution.h"

namespace heirloom::models {
namespace {

constexpr int kGain = 2;  // of the channels inside a Conv3XC
constexpr int kBlocks = 6;
constexpr double kRange = 255;

}  // namespace

FoldedConvolutionImpl::Weights FoldedConvolutionImpl::weights(torch::nn::Module& owner, const std::string& name, int in,
                                                              int out, int kernel) {
  const auto holder = submodule(owner, name);
  return {holder->register_parameter("weight", at::empty({out, in, kernel, kernel})),
          holder->register_parameter("bias", at::empty({out}))};
}

FoldedConvolutionImpl::FoldedConvolutionImpl(int in, int out, Activation activation, bool outer)
    : options_{.in = in, .out = out, .activation = activation, .outer = outer} {
  sk_ = weights(*this, "sk", in, out, 1);
  const auto conv = submodule(*this, "conv");
  first_ = weights(*conv, "0", in, in * kGain, 1);
  second_ = weights(*conv, "1", in * kGain, out * kGain, 3);
  third_ = weights(*conv, "2", out * kGain, out, 1);
}

// The reference pads the picture before the 1x1 convolution when it trains and the folded one's input at run time:
// what counts is the latter, so the first bias acts at the border too.
FoldedConvolutionImpl::Weights FoldedConvolutionImpl::folded() const {
  const auto wide = [](const at::Tensor& tensor) { return tensor.detach().to(at::kDouble); };
  const at::Tensor first = wide(first_.weight).flatten(1);  // 2 in, in
  const at::Tensor third = wide(third_.weight).flatten(1);  // out, 2 out
  const at::Tensor second = wide(second_.weight);           // 2 out, 2 in, 3, 3
  at::Tensor weight = at::einsum("op,pqyx,qi->oiyx", {third, second, first});
  weight.select(3, 1).select(2, 1).add_(wide(sk_.weight).flatten(1));
  const at::Tensor inner = at::mv(second.sum(at::IntArrayRef{2, 3}), wide(first_.bias)) + wide(second_.bias);
  const at::Tensor bias = at::mv(third, inner) + wide(third_.bias) + wide(sk_.bias);
  return {weight.to(at::kFloat), bias.to(at::kFloat)};
}

void FoldedConvolutionImpl::place(const Placement& placement) {
  const Weights one = folded();
  placed_ = Convolution(options_);
  placed_->weight.set_data(one.weight);
  placed_->bias.set_data(one.bias);
  placed_->place(placement);
}

SpanBlockImpl::SpanBlockImpl(int features)
    : c1_r_(register_module("c1_r", FoldedConvolution(features, features, Activation::Silu))),
      c2_r_(register_module("c2_r", FoldedConvolution(features, features, Activation::Silu))),
      c3_r_(register_module("c3_r", FoldedConvolution(features, features))) {}

at::Tensor SpanBlockImpl::forward(const at::Tensor& x, at::Tensor* first) {
  const at::Tensor one = c1_r_->placed()->forward(x);
  if (first) *first = one;
  return c3_r_->placed()->gated(x, c2_r_->placed()->forward(one));
}

SpanNetImpl::SpanNetImpl(const SpanConfig& config)
    : config_(config),
      conv_1_(register_module("conv_1",
                              FoldedConvolution(config.channels, config.features, Activation::None, /*outer=*/true))),
      conv_cat_(ConvolutionOptions{.in = 4 * config.features, .out = config.features, .kernel = 1}),
      conv_2_(config.features, config.features),
      upsampler_(ConvolutionOptions{
          .in = config.features, .out = config.channels * config.scale * config.scale, .outer = true}) {
  for (int i = 1; i <= kBlocks; ++i) {
    blocks_.push_back(register_module("block_" + std::to_string(i), SpanBlock(config.features)));
  }
  register_module("conv_cat", conv_cat_);
  register_module("conv_2", conv_2_);
  submodule(*this, "upsampler")->register_module("0", upsampler_);
  if (!config.normalised) register_buffer("no_norm", at::zeros({1}));
}

// The result is neither divided by the range nor brought back to the mean: the network has learnt to do both.
at::Tensor SpanNetImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor picture =
      config_.normalised ? (image - meanColour(config_.channels, image.options())) * kRange : image;
  const at::Tensor shallow = conv_1_->placed()->forward(picture).to(conv_cat_->precision());
  at::Tensor x = shallow;
  at::Tensor afterFirst, insideLast;
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    if (observer && observer->stopRequested()) throw Stopped{};
    x = blocks_[i]->forward(x, i + 1 == blocks_.size() ? &insideLast : nullptr);
    if (i == 0) afterFirst = x;
  }
  const at::Tensor gathered = at::cat({shallow, conv_2_->placed()->forward(x), afterFirst, insideLast}, 1);
  return at::pixel_shuffle(upsampler_->forward(conv_cat_->forward(gathered)), config_.scale);
}

}  // namespace heirloom::models
