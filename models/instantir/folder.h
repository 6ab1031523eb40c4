#pragma once

#include "models/folder_layout.h"

namespace heirloom::models {

/// "unet", "vae", "text_encoder", "text_encoder_2" of a diffusers folder, itself or in "sdxl/", their configurations
/// and tokenisers; beside them "dino", "adapter", "aggregator" and "previewer_lora", and where somebody put it "taesd".
extern const FolderLayout kInstantIrFolder;

/// The diffusers folder alone, with "taesd" or without.
extern const FolderLayout kSdxlFolder;

}  // namespace heirloom::models
