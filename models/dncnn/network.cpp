#include "models/dncnn/network.h"

#include "models/common/noise_level.h"

namespace heirloom::models {

DnCnnImpl::DnCnnImpl(const DnCnnConfig& config)
    : model(register_module("model", PlainStack(config.stack()))), noiseMap_(config.noiseMap) {}

at::Tensor DnCnnImpl::forward(const at::Tensor& image, const at::Tensor& sigma, Observer* observer) {
  if (!noiseMap_) return image - model->forward(image, observer);
  return model->forward(withNoiseMap(image, sigma), observer);
}

}  // namespace heirloom::models
