#pragma once

#include <array>

namespace heirloom::models {

/// RetinexFormer. Defaults: the authors' networks for LOL.
struct RetinexFormerConfig {
  static constexpr int kSizeMultiple = 4;  // two halvings
  int channels = 3;
  int features = 40;
  int stages = 1;                         // networks one behind the other
  std::array<int, 3> blocks = {1, 2, 2};  // of both levels and the bottom
  bool operator==(const RetinexFormerConfig&) const = default;
};

}  // namespace heirloom::models
