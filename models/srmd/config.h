#pragma once

#include "models/common/plain_stack.h"

namespace heirloom::models {

inline constexpr int kSrmdKernel = 15;  // side of the blur kernels that SRMD was trained on
inline constexpr int kSrmdCode = 15;    // principal components that stand for one

/// SRMD: a chain of convolutions that is told blur kernel and noise level; SRMDNF knows no noise (kair.md 1.5).
struct SrmdConfig {
  int channels = 3;
  int features = 128;
  int layers = 12;
  int scale = 4;
  bool noiseMap = true;  // false: SRMDNF
  bool operator==(const SrmdConfig&) const = default;

  PlainStackConfig stack() const {
    return {channels + kSrmdCode + (noiseMap ? 1 : 0), channels * scale * scale, features,
            std::vector<int>(static_cast<std::size_t>(layers), 1)};
  }
};

}  // namespace heirloom::models
