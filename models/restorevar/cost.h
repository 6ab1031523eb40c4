#pragma once

#include <cstdint>
#include <vector>

#include "models/restorevar/config.h"

namespace heirloom::models {

/// Multiply-adds of one square, part by part, as they are executed: keys and values of the picture are made once.
struct RestoreVarCost {
  double encoder = 0;
  double condition = 0;        // the picture's tokens, keys and values
  std::vector<double> scales;  // tokens of each scale, with logits and what follows from them
  double refiner = 0;
  double decoder = 0;

  double total() const;
};

RestoreVarCost costOf(const RestoreVarConfig& config);

/// Bytes that one square takes at most beside the weights, in float32: the autoencoder's widest pictures, and keys and
/// values of the photo and of all tokens.
std::uint64_t squareBytes(const RestoreVarConfig& config);

}  // namespace heirloom::models
