#include "models/dncnn/network.h"

namespace heirloom::models {

DnCnnImpl::DnCnnImpl(const DnCnnConfig& config)
    : model(register_module("model", PlainStack(config.stack()))), noiseMap_(config.noiseMap) {}

at::Tensor DnCnnImpl::forward(const at::Tensor& image, const at::Tensor& sigma, Observer* observer) {
  if (!noiseMap_) return image - model->forward(image, observer);
  const at::Tensor map = sigma.expand({image.size(0), 1, image.size(2), image.size(3)});
  return model->forward(at::cat({image, map}, 1), observer);
}

}  // namespace heirloom::models
