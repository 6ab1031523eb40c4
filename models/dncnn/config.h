#pragma once

#include "models/common/plain_stack.h"

namespace heirloom::models {

/// DnCNN predicts the noise of a picture; FDnCNN is the same chain with a map of the noise level as one more input
/// channel and the clean picture as its output (kair.md 1.1, 1.2).
struct DnCnnConfig {
  int channels = 1;
  int features = 64;
  int layers = 17;
  bool noiseMap = false;   // FDnCNN
  bool batchNorm = false;  // in the file; folded when it is loaded
  bool operator==(const DnCnnConfig&) const = default;

  PlainStackConfig stack() const {
    return {channels + (noiseMap ? 1 : 0), channels, features, std::vector<int>(static_cast<std::size_t>(layers), 1)};
  }
};

}  // namespace heirloom::models
