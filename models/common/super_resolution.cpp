#include "models/common/super_resolution.h"

#include <torch/types.h>

#include <algorithm>

#include "models/common/state_names.h"
#include "models/common/whole_statistics.h"

namespace heirloom::models {
namespace {

constexpr double kHeadSlope = 0.01;

}  // namespace

at::Tensor meanColour(int channels, const at::TensorOptions& options) {
  if (channels != 3) return at::zeros({1, 1, 1, 1}, options);
  return at::tensor({0.4488F, 0.4371F, 0.4040F}, options).view({1, 3, 1, 1});
}

at::Tensor toTokens(const at::Tensor& image) {
  return image.contiguous(at::MemoryFormat::ChannelsLast).permute({0, 2, 3, 1});
}

at::Tensor toImage(const at::Tensor& tokens) {
  return tokens.permute({0, 3, 1, 2});
}

std::vector<int> shuffleFactors(int scale) {
  if (scale == 3) return {3};
  std::vector<int> factors;
  for (int left = scale; left > 1; left /= 2) factors.push_back(2);
  return factors;
}

int shuffledScale(const StateDict& tensors, const std::string& name) {
  int scale = 1;
  for (int i = 0;; i += 2) {
    const std::string key = name + "." + std::to_string(i) + ".weight";
    if (!tensors.contains(key)) return scale;
    scale *= squareRoot(sideOf(tensors, key, 0) / std::max(1, sideOf(tensors, key, 1)));
  }
}

PixelShuffleHead::PixelShuffleHead(torch::nn::Module& owner, int features, int channels, int scale, int middle)
    : factors_(shuffleFactors(scale)) {
  conv_before_upsample_ =
      submodule(owner, "conv_before_upsample")->register_module("0", Convolution(leaky(features, middle, kHeadSlope)));
  const auto upsample = submodule(owner, "upsample");
  for (const int factor : factors_) {
    const ConvolutionOptions options{.in = middle, .out = middle * factor * factor};
    upsample_.push_back(upsample->register_module(std::to_string(2 * upsample_.size()), Convolution(options)));
  }
  conv_last_ =
      owner.register_module("conv_last", Convolution(ConvolutionOptions{.in = middle, .out = channels, .outer = true}));
}

at::Tensor PixelShuffleHead::forward(const at::Tensor& features) {
  at::Tensor x = conv_before_upsample_->forward(features);
  for (std::size_t i = 0; i < upsample_.size(); ++i) x = at::pixel_shuffle(upsample_[i]->forward(x), factors_[i]);
  return conv_last_->forward(x);
}

double PixelShuffleHead::macsPerPixel(int features, int channels, int scale, int middle) {
  double macs = 9.0 * features * middle;
  double pixels = 1;
  for (const int factor : shuffleFactors(scale)) {
    pixels *= factor * factor;
    macs += 9.0 * middle * middle * pixels;
  }
  return macs + 9.0 * middle * channels * pixels;
}

ChannelAttention::ChannelAttention(torch::nn::Module& owner, const std::string& squeeze, const std::string& excite,
                                   int channels, int reduced)
    : squeeze_(owner.register_module(
          squeeze, Convolution(ConvolutionOptions{
                       .in = channels, .out = reduced, .kernel = 1, .activation = Activation::Relu}))),
      excite_(owner.register_module(excite,
                                    Convolution(ConvolutionOptions{.in = reduced, .out = channels, .kernel = 1}))) {}

at::Tensor ChannelAttention::weights(const at::Tensor& x) {
  return excite_->forward(squeeze_->forward(channelMeans(x))).to(at::kFloat).sigmoid().to(x.scalar_type());
}

}  // namespace heirloom::models
