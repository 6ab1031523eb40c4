#include "models/compact/network.h"

#include <torch/types.h>

namespace heirloom::models {

ChannelSlopesImpl::ChannelSlopesImpl(int channels) : weight(register_parameter("weight", at::empty({channels}))) {}

at::Tensor ChannelSlopesImpl::forward(const at::Tensor& x) {
  return at::prelu(x, weight.to(x.scalar_type()));
}

void ChannelSlopesImpl::place(const Placement& placement) {
  weight.set_data(weight.to(placement.device, placement.precision));
}

CompactImpl::CompactImpl(const CompactConfig& config) : scale_(config.scale) {
  const auto body = register_module("body", std::make_shared<torch::nn::Module>());
  for (int i = 0; i <= config.layers + 1; ++i) {
    const bool first = i == 0, last = i == config.layers + 1;
    convolutions_.push_back(body->register_module(
        std::to_string(2 * i),
        Convolution(ConvolutionOptions{.in = first ? config.channels : config.features,
                                       .out = last ? config.channels * config.scale * config.scale : config.features,
                                       .outer = first || last})));
    if (last) continue;
    slopes_.push_back(body->register_module(std::to_string(2 * i + 1), ChannelSlopes(config.features)));
  }
}

at::Tensor CompactImpl::forward(const at::Tensor& image, Observer* observer) {
  at::Tensor x = image;
  for (std::size_t i = 0; i < slopes_.size(); ++i) {
    if (observer && observer->stopRequested()) throw Stopped{};
    x = slopes_[i]->forward(convolutions_[i]->forward(x));
  }
  x = at::pixel_shuffle(convolutions_.back()->forward(x), scale_);
  return x + at::upsample_nearest2d(image, {image.size(2) * scale_, image.size(3) * scale_});
}

}  // namespace heirloom::models
