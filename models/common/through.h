#pragma once

#include <torch/types.h>

#include <utility>
#include <vector>

#include "models/restorer.h"

namespace heirloom::models {

/// What `blocks` make of `x`, one after the other. Throws Stopped between two of them where the observer, which may be
/// null, was asked to stop. `x` is let go after the first.
template <typename Block>
at::Tensor through(std::vector<Block>& blocks, at::Tensor x, Observer* observer) {
  for (Block& block : blocks) {
    if (observer && observer->stopRequested()) throw Stopped{};
    x = block->forward(x);
  }
  return x;
}

}  // namespace heirloom::models
