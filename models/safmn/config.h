#pragma once

namespace heirloom::models {

/// SAFMN. Defaults: the authors' x4 network.
struct SafmnConfig {
  int channels = 3;
  int features = 36;
  int blocks = 8;
  int hidden = 72;  // channels inside a block's mixer
  int scale = 4;
  bool operator==(const SafmnConfig&) const = default;
};

}  // namespace heirloom::models
