#include "core/quality/numpy_random.h"

#include <cmath>

namespace heirloom::core {
namespace {

constexpr int kWords = 624;
constexpr int kShift = 397;
constexpr double kTwoTo26 = 67108864.0;
constexpr double kTwoTo53 = 9007199254740992.0;

}  // namespace

NumpyRandom::NumpyRandom(std::uint32_t seed) {
  state_[0] = seed;
  for (std::uint32_t i = 1; i < kWords; ++i) {
    state_[i] = 1812433253u * (state_[i - 1] ^ (state_[i - 1] >> 30)) + i;
  }
}

std::uint32_t NumpyRandom::next() {
  if (at_ == kWords) {
    for (int i = 0; i < kWords; ++i) {
      const std::uint32_t word = (state_[i] & 0x80000000u) | (state_[(i + 1) % kWords] & 0x7fffffffu);
      state_[i] = state_[(i + kShift) % kWords] ^ (word >> 1) ^ ((word & 1u) ? 0x9908b0dfu : 0u);
    }
    at_ = 0;
  }
  std::uint32_t word = state_[at_++];
  word ^= word >> 11;
  word ^= (word << 7) & 0x9d2c5680u;
  word ^= (word << 15) & 0xefc60000u;
  return word ^ (word >> 18);
}

double NumpyRandom::uniform() {
  const double high = next() >> 5;
  const double low = next() >> 6;
  return (high * kTwoTo26 + low) / kTwoTo53;
}

double NumpyRandom::normal() {
  if (hasCached_) {
    hasCached_ = false;
    return cached_;
  }
  double x1 = 0;
  double x2 = 0;
  double squared = 0;
  do {
    x1 = 2 * uniform() - 1;
    x2 = 2 * uniform() - 1;
    squared = x1 * x1 + x2 * x2;
  } while (squared >= 1 || squared == 0);
  const double factor = std::sqrt(-2 * std::log(squared) / squared);
  cached_ = factor * x1;
  hasCached_ = true;
  return factor * x2;
}

}  // namespace heirloom::core
