#include "models/common/plain_stack.h"

#include <torch/nn/init.h>

#include <algorithm>
#include <numeric>

#include "models/common/through.h"

namespace heirloom::models {

int PlainStackConfig::receptiveRadius() const {
  return std::accumulate(dilations.begin(), dilations.end(), 0);
}

std::int64_t PlainStackConfig::parameterCount() const {
  const auto depth = static_cast<std::int64_t>(dilations.size());
  const std::int64_t weights = 9LL * features * (inputChannels + (depth - 2) * features + outputChannels);
  return weights + (depth - 1) * features + outputChannels;
}

double PlainStackConfig::flopPerPixel() const {
  return 2.0 * static_cast<double>(parameterCount());
}

// While a layer runs its input and its output exist, and the picture itself.
double PlainStackConfig::activationBytesPerPixel() const {
  return 4.0 * (2 * features + inputChannels + outputChannels);
}

PlainStackImpl::PlainStackImpl(const PlainStackConfig& config) {
  const std::size_t depth = config.dilations.size();
  for (std::size_t i = 0; i < depth; ++i) {
    const bool last = i + 1 == depth;
    convolutions_.push_back(
        register_module(std::to_string(2 * i), Convolution(ConvolutionOptions{
                                                   .in = i == 0 ? config.inputChannels : config.features,
                                                   .out = last ? config.outputChannels : config.features,
                                                   .dilation = config.dilations[i],
                                                   .activation = last ? Activation::None : Activation::Relu,
                                                   .outer = i == 0 || last,
                                               })));
  }
}

at::Tensor PlainStackImpl::forward(at::Tensor x, Observer* observer) {
  return through(convolutions_, std::move(x), observer);
}

void PlainStackImpl::setComputePrecision(at::ScalarType precision) {
  for (auto& convolution : convolutions_) convolution->setComputePrecision(precision);
}

void PlainStackImpl::initialiseAsIdentity(std::int64_t through) {
  constexpr double kAround = 0.1;  // random part of the channels that pass the picture through
  torch::NoGradGuard noGrad;
  for (auto& convolution : convolutions_) {
    torch::nn::init::kaiming_normal_(convolution->weight, 0, torch::kFanIn, torch::kReLU);
    torch::nn::init::zeros_(convolution->bias);
    const std::int64_t channels = std::min({through, convolution->weight.size(0), convolution->weight.size(1)});
    at::Tensor passing = convolution->weight.slice(0, 0, channels);
    at::Tensor identity = at::zeros_like(passing);
    for (std::int64_t c = 0; c < channels; ++c) identity[c][c][1][1] = 1;
    passing.mul_(kAround).add_(identity);
  }
}

}  // namespace heirloom::models
