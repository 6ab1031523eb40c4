#pragma once

namespace heirloom::models {

/// RCAN (kair.md 2.1). Defaults: the authors' x4 network.
struct RcanConfig {
  int channels = 3;
  int features = 64;
  int groups = 10;
  int blocks = 20;  // a group
  int reduced = 4;  // channels inside the attention
  int kernel = 3;
  int enlargement = 4;     // of the last layers
  int unshuffle = 1;       // the picture is folded by this first
  bool normalised = true;  // the picture goes in as 255 * (x - mean), by convolutions in the file
  bool operator==(const RcanConfig&) const = default;

  int scale() const { return enlargement / unshuffle; }
};

}  // namespace heirloom::models
