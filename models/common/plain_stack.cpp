#include "models/common/plain_stack.h"

#include <torch/nn/init.h>

#include <algorithm>
#include <numeric>

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
    const int in = i == 0 ? config.inputChannels : config.features;
    const int out = i + 1 == depth ? config.outputChannels : config.features;
    const int dilation = config.dilations[i];
    convolutions_.push_back(
        register_module(std::to_string(2 * i),
                        torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 3).padding(dilation).dilation(dilation))));
  }
}

at::Tensor PlainStackImpl::forward(at::Tensor x, Observer* observer) {
  x = x.contiguous(at::MemoryFormat::ChannelsLast);
  const std::size_t last = convolutions_.size() - 1;
  for (std::size_t i = 0; i <= last; ++i) {
    if (observer && observer->stopRequested()) throw Stopped{};
    const auto& convolution = convolutions_[i];
    const auto precisionOf = [&](std::size_t layer) { return layer == 0 || layer == last ? at::kFloat : inner_; };
    const at::ScalarType precision = precisionOf(i);
    const auto& dilation = convolution->options.dilation();
    x = at::conv2d(x, convolution->weight.to(precision), convolution->bias.to(precision), /*stride=*/1,
                   /*padding=*/*dilation, *dilation);
    // To the next layer's precision first: the activation is the same and passes over half the memory.
    if (i < last) x = x.to(precisionOf(i + 1)).relu_();
  }
  return x;
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

void PlainStackImpl::place(Placement placement) {
  torch::NoGradGuard noGrad;
  inner_ = placement.precision;
  for (std::size_t i = 0; i < convolutions_.size(); ++i) {
    const bool outer = i == 0 || i + 1 == convolutions_.size();
    auto& convolution = convolutions_[i];
    const auto options = at::TensorOptions(placement.device).dtype(outer ? at::kFloat : inner_);
    convolution->weight.set_data(convolution->weight.to(options).contiguous(at::MemoryFormat::ChannelsLast));
    convolution->bias.set_data(convolution->bias.to(options));
  }
}

}  // namespace heirloom::models
