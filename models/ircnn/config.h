#pragma once

#include "models/common/plain_stack.h"

namespace heirloom::models {

/// IRCNN's denoiser: seven dilated convolutions, one network for every two levels of noise (kair.md 1.3).
struct IrcnnConfig {
  int channels = 1;
  int features = 64;
  int networks = 25;  // 1: a single one of them, whose level the file does not say
  bool operator==(const IrcnnConfig&) const = default;

  PlainStackConfig stack() const { return {channels, channels, features, {1, 2, 3, 4, 3, 2, 1}}; }
};

}  // namespace heirloom::models
