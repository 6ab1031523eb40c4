#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "core/degrade/degradations.h"

namespace heirloom::core {

/// A generator for each picture of a batch. They take one draw a picture of the run's, one after the other: what is
/// drawn for a picture does not depend on how many others are in its batch.
class PictureRandoms {
 public:
  PictureRandoms(std::int64_t pictures, Random& random) {
    for (std::int64_t i = 0; i < pictures; ++i) randoms_.emplace_back(random());
  }
  Random& operator[](std::int64_t picture) { return randoms_[static_cast<std::size_t>(picture)]; }

 private:
  std::vector<Random> randoms_;
};

inline bool chance(double probability, Random& random) {
  return std::uniform_real_distribution<double>(0, 1)(random) < probability;
}

}  // namespace heirloom::core
