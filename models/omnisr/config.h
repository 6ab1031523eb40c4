#pragma once

namespace heirloom::models {

/// OmniSR. Defaults: the authors' x4 network.
struct OmniSrConfig {
  static constexpr int kHeads = 4;
  int channels = 3;
  int features = 64;
  int groups = 5;
  int blocks = 1;  // a group
  int window = 8;
  int scale = 4;
  bool bias = true;          // of the convolutions between the blocks
  bool positionBias = true;  // of the attention
  bool operator==(const OmniSrConfig&) const = default;
};

}  // namespace heirloom::models
