#include "core/train/weight_average.h"

#include <torch/utils.h>

namespace heirloom::core {

WeightAverage::WeightAverage(std::vector<at::Tensor> weights) : weights_(std::move(weights)) {
  for (const at::Tensor& weight : weights_) values_.push_back(weight.detach().clone());
}

void WeightAverage::update(double decay) {
  const torch::NoGradGuard noGrad;
  for (std::size_t i = 0; i < weights_.size(); ++i) values_[i].lerp_(weights_[i], 1 - decay);
}

void WeightAverage::exchange() {
  const torch::NoGradGuard noGrad;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    const at::Tensor own = weights_[i].detach();
    weights_[i].set_data(values_[i]);
    values_[i] = own;
  }
}

}  // namespace heirloom::core
