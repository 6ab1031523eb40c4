#include "models/mosr/network.h"

#include <torch/types.h>

#include "models/common/super_resolution.h"
#include "models/common/through.h"

namespace heirloom::models {
namespace {

constexpr double kCentre = 0.5;  // taken from what goes past a block

ConvolutionOptions plain(int in, int out, int kernel = 3) {
  return {.in = in, .out = out, .kernel = kernel};
}

}  // namespace

MosrBlockImpl::MosrBlockImpl(const MosrConfig& config)
    : hidden_(config.hidden),
      convolved_(config.convolved),
      norm_(register_module("norm", LayerNorm(config.features, 1e-6))),
      fc1_(register_module("fc1", Convolution(plain(config.features, 2 * config.hidden)))),
      conv_(register_module(
          "conv",
          Convolution(ConvolutionOptions{
              .in = config.convolved, .out = config.convolved, .kernel = config.kernel, .groups = config.convolved}))),
      fc2_(register_module("fc2", Convolution(plain(config.hidden, config.features)))) {}

at::Tensor MosrBlockImpl::forward(const at::Tensor& x) {
  const at::Tensor all = fc1_->forward(toImage(norm_->forward(toTokens(x))));
  const at::Tensor seen = conv_->forward(all.narrow(1, 2 * hidden_ - convolved_, convolved_));
  const at::Tensor gated =
      at::mish(all.narrow(1, 0, hidden_)) * at::cat({all.narrow(1, hidden_, hidden_ - convolved_), seen}, 1);
  return at::mish(fc2_->forward(gated)) + (x - kCentre);
}

MosrImpl::MosrImpl(const MosrConfig& config)
    : config_(config),
      first_(ConvolutionOptions{.in = config.channels, .out = config.features, .outer = true}),
      widen_(plain(config.features, 2 * config.features)),
      narrow_(plain(2 * config.features, config.features)),
      mix_(plain(config.features, config.features, 1)),
      short0_(ConvolutionOptions{.in = config.channels, .out = config.features, .outer = true}),
      short2_(plain(config.features, config.features)),
      shortPointwise_(ConvolutionOptions{.in = config.channels, .out = config.features, .kernel = 1, .outer = true}) {
  const auto gblocks = submodule(*this, "gblocks");
  const auto at = [&config](int behind) { return std::to_string(config.blocks + behind); };
  gblocks->register_module("0", first_);
  for (int i = 1; i <= config.blocks; ++i) {
    blocks_.push_back(gblocks->register_module(std::to_string(i), MosrBlock(config)));
  }
  // Activations are counted in between.
  gblocks->register_module(at(1), widen_);
  gblocks->register_module(at(3), narrow_);
  gblocks->register_module(at(5), mix_);
  const auto shortcut = submodule(*this, "shortcut");
  const auto block = submodule(*shortcut, "block");
  block->register_module("0", short0_);
  block->register_module("2", short2_);
  shortcut->register_module("conv11", shortPointwise_);

  const int made = config.channels * config.scale * config.scale;
  const auto last = [&](int out) {
    return Convolution(ConvolutionOptions{.in = config.features, .out = out, .outer = true});
  };
  switch (config.end) {
    case MosrEnd::Shuffle:
      last_ = submodule(*this, "upsampler")->register_module("0", last(made));
      break;
    case MosrEnd::Ensemble:
      last_ = submodule(*this, "upsampler")->register_module("in_to_k", last(MosrConfig::kEnsemble * made));
      break;
    case MosrEnd::DySample:
      sampled_ =
          register_module("upsampler", DySample(config.features, config.channels, config.scale, kDySampleGroups));
      break;
  }
}

at::Tensor MosrImpl::forward(const at::Tensor& image, Observer* observer) {
  at::Tensor x = through(blocks_, first_->forward(image).to(mix_->precision()), observer);
  x = mix_->forward(at::mish(narrow_->forward(at::mish(widen_->forward(x)))));
  const at::Tensor around = at::mish(short2_->forward(at::mish(short0_->forward(image))));
  x = x.to(at::kFloat) + (around + shortPointwise_->forward(image) - kCentre);
  switch (config_.end) {
    case MosrEnd::Shuffle:
      return at::pixel_shuffle(last_->forward(x), config_.scale);
    case MosrEnd::Ensemble: {
      const at::Tensor eight = last_->forward(x);
      const at::Tensor mean = eight.reshape({x.size(0), MosrConfig::kEnsemble, -1, x.size(2), x.size(3)}).mean(1);
      return at::pixel_shuffle(mean, config_.scale);
    }
    case MosrEnd::DySample:
      return sampled_->forward(x);
  }
  return {};
}

}  // namespace heirloom::models
