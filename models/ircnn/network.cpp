#include "models/ircnn/network.h"

#include <algorithm>
#include <cmath>

namespace heirloom::models {

IrcnnImpl::IrcnnImpl(const IrcnnConfig& config) {
  for (int i = 0; i < config.networks; ++i) {
    const auto network = submodule(*this, std::to_string(i));
    networks_.push_back(network->register_module("model", PlainStack(config.stack())));
  }
}

at::Tensor IrcnnImpl::forward(const at::Tensor& image, int index, Observer* observer) {
  return image - networks_.at(static_cast<std::size_t>(index))->forward(image, observer);
}

int ircnnIndex(double noiseLevel) {
  return std::clamp(static_cast<int>(std::ceil(noiseLevel / 2.0)) - 1, 0, 24);
}

}  // namespace heirloom::models
