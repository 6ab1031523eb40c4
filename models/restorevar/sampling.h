#pragma once

#include <cstdint>

#include "models/restorevar/network.h"

namespace heirloom::models {

/// How tokens are drawn instead of taking the most probable ones.
struct Sampling {
  std::int64_t topK = 0;   // among so many most probable ones; 0: all
  double topP = 1;         // among the most probable ones that have this probability together
  double temperature = 1;  // above 1: bolder
  std::uint64_t seed = 0;
};

/// Draws with the random numbers of `seed`, the same on every device. Picture n of the batch gets those of picture
/// `first` + n, so that it is what it would be in another batch.
Chooser sampler(const Sampling& sampling, std::int64_t first);

}  // namespace heirloom::models
