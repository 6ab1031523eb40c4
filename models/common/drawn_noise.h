#pragma once

#include <ATen/core/Generator.h>

#include "models/restorer.h"

namespace heirloom::models {

/// Random numbers of a seed, drawn on the CPU: the same on every processor.
class DrawnNoise : public NoiseSource {
 public:
  explicit DrawnNoise(std::uint64_t seed);
  at::Tensor normal(at::IntArrayRef shape) override;

 private:
  at::Generator generator_;
};

}  // namespace heirloom::models
