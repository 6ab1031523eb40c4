#include "models/compact/network.h"

#include <torch/types.h>

#include "models/common/through.h"

namespace heirloom::models {

CompactImpl::CompactImpl(const CompactConfig& config) : scale_(config.scale) {
  const auto body = submodule(*this, "body");
  for (int i = 0; i <= config.layers + 1; ++i) {
    const bool first = i == 0, last = i == config.layers + 1;
    ConvolutionOptions options{.in = first ? config.channels : config.features,
                               .out = last ? config.channels * config.scale * config.scale : config.features,
                               .outer = first || last};
    const auto next = [&] { return std::to_string(body->children().size()); };
    if (!last) options.slopes = ChannelSlopes(config.features);
    convolutions_.push_back(body->register_module(next(), Convolution(options)));
    if (!last) body->register_module(next(), options.slopes);
  }
}

at::Tensor CompactImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor x = at::pixel_shuffle(through(convolutions_, image, observer), scale_);
  return x + at::upsample_nearest2d(image, {image.size(2) * scale_, image.size(3) * scale_});
}

}  // namespace heirloom::models
