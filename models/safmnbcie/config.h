#pragma once

namespace heirloom::models {

/// SAFMN-BCIE. Defaults: the published network.
struct SafmnBcieConfig {
  int channels = 3;
  int features = 128;
  int groups = 8;
  int blocks = 6;    // a group
  int hidden = 256;  // channels inside a block's mixer
  int fold = 2;      // side of the squares of pixels that it computes with as one
  bool operator==(const SafmnBcieConfig&) const = default;
};

}  // namespace heirloom::models
