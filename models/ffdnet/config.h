#pragma once

#include "models/common/plain_stack.h"

namespace heirloom::models {

/// FFDNet: a chain of convolutions at half resolution (kair.md 1.4). Defaults: the published colour network.
struct FfdNetConfig {
  int channels = 3;
  int features = 96;
  int layers = 12;
  bool operator==(const FfdNetConfig&) const = default;

  PlainStackConfig stack() const {
    return {4 * channels + 1, 4 * channels, features, std::vector<int>(static_cast<std::size_t>(layers), 1)};
  }
};

}  // namespace heirloom::models
