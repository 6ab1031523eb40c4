#pragma once

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

}  // namespace heirloom::models
