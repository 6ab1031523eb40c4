#pragma once

#include "models/common/res_unet.h"

namespace heirloom::models {

/// DRUNet: a U-Net whose last input channel is the noise level (kair.md 1.9). Defaults: the published colour network.
struct DrunetConfig {
  int channels = 3;
  ResUNetConfig unet = {4, 3, {64, 128, 256, 512}, 4};
  bool deblocker = false;  // by the name of the file: the shapes are the denoiser's
  bool operator==(const DrunetConfig&) const = default;
};

}  // namespace heirloom::models
