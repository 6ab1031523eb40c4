#pragma once

#include <array>

namespace heirloom::models {

/// HVI-CIDNet. Defaults: the public networks.
struct CidNetConfig {
  static constexpr int kSizeMultiple = 8;           // three halvings
  std::array<int, 4> features = {36, 36, 72, 144};  // of the picture's size, a half, a quarter and an eighth
  std::array<int, 3> heads = {2, 4, 8};             // below the picture's size
  bool norms = false;                               // behind every change of size
  bool operator==(const CidNetConfig&) const = default;
};

}  // namespace heirloom::models
