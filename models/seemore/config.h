#pragma once

#include <vector>

namespace heirloom::models {

/// SeemoRe. Defaults: the authors' tiny x4 network.
struct SeemoReConfig {
  int channels = 3;
  int features = 36;
  int groups = 6;
  std::vector<int> ranks = {2, 4, 8};  // of the experts among which a block chooses
  int kernel = 11;                     // length of the striped convolutions that look far
  int scale = 4;
  bool shuffled = true;  // the two branches take their channels in turns
  int shrinkings = 2;    // by four each, before an expert is told of the surroundings
  bool operator==(const SeemoReConfig&) const = default;
};

}  // namespace heirloom::models
