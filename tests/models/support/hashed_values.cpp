#include "tests/models/support/hashed_values.h"

namespace heirloom::tests {

at::Tensor goldenUniform(const std::string& key, at::IntArrayRef shape) {
  std::uint64_t seed = 0xcbf29ce484222325;
  for (const char c : key) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  at::Tensor values = at::empty(shape, at::kDouble);
  double* out = values.data_ptr<double>();
  for (std::int64_t i = 0; i < values.numel(); ++i) {
    std::uint64_t z = seed + (static_cast<std::uint64_t>(i) + 1) * 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    z ^= z >> 31;
    out[i] = static_cast<double>(z >> 40) / 8388608.0 - 1;
  }
  return values;
}

}  // namespace heirloom::tests
