#pragma once

#include "models/checkpoint/tensors.h"

namespace heirloom::models {

/// Random weights for tests and benchmarks in the shapes of `state`: normal with the variance 1 / fan-in, gains near 1,
/// small biases; the same for the same shapes. What is no float (index tables) stays as it is.
NamedTensors randomWeights(const NamedTensors& state);

/// Fills a network with them. Networks are made without values, because detection makes many.
void randomise(torch::nn::Module& network);

}  // namespace heirloom::models
