#include "models/ircnn/network.h"

#include <algorithm>
#include <cmath>

namespace heirloom::models {

IrcnnImpl::IrcnnImpl(const IrcnnConfig& config) : model(register_module("model", PlainStack(config.stack()))) {}

at::Tensor IrcnnImpl::forward(const at::Tensor& image, Observer* observer) {
  return image - model->forward(image, observer);
}

int ircnnIndex(double noiseLevel) {
  return std::clamp(static_cast<int>(std::ceil(noiseLevel / 2.0)) - 1, 0, 24);
}

}  // namespace heirloom::models
