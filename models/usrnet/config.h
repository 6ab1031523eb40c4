#pragma once

#include "models/common/res_unet.h"

namespace heirloom::models {

/// USRNet: an unfolded plug-and-play algorithm (kair.md 1.8). Defaults: the published full network.
struct UsrNetConfig {
  int iterations = 8;
  int hyperFeatures = 64;  // of the network that chooses the weights of each iteration
  ResUNetConfig prior = {4, 3, {64, 128, 256, 512}, 2};
  bool adversarial = false;  // trained for looks (USRGAN), by the name of the file: the shapes are USRNet's
  bool operator==(const UsrNetConfig&) const = default;
};

}  // namespace heirloom::models
