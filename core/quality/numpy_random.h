#pragma once

#include <array>
#include <cstdint>

namespace heirloom::core {

/// NumPy's legacy generator (RandomState): MT19937 with the polar Box-Muller normal, value for value, because published
/// figures were made with its noise (kair.md 0.2).
class NumpyRandom {
 public:
  explicit NumpyRandom(std::uint32_t seed);
  double uniform();  // [0, 1), 53 bits
  double normal();   // mean 0, deviation 1

 private:
  std::uint32_t next();
  std::array<std::uint32_t, 624> state_{};
  int at_ = 624;
  double cached_ = 0;
  bool hasCached_ = false;
};

}  // namespace heirloom::core
