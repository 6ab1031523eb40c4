#include "models/common/drawn_noise.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/types.h>

namespace heirloom::models {

DrawnNoise::DrawnNoise(std::uint64_t seed) : generator_(at::make_generator<at::CPUGeneratorImpl>(seed)) {}

at::Tensor DrawnNoise::normal(at::IntArrayRef shape) {
  return at::randn(shape, generator_, at::kFloat);
}

}  // namespace heirloom::models
