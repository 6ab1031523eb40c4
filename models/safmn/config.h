#pragma once

namespace heirloom::models {

/// SAFMN. Defaults: the authors' x4 network.
struct SafmnConfig {
  static constexpr int kScales = 4;  // each looks at a share of the channels
  static constexpr int kSizeMultiple = 1 << (kScales - 1);
  int channels = 3;
  int features = 36;
  int blocks = 8;
  int hidden = 72;  // channels inside a block's mixer
  int scale = 4;
  bool operator==(const SafmnConfig&) const = default;
};

}  // namespace heirloom::models
