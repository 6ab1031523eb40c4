#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "models/instantir/network.h"

namespace heirloom::models {

/// Corrections by the names of a LoRA file, whichever of its spellings it uses: PEFT's ("unet.X.lora_A.weight"),
/// diffusers' ("unet.X.lora.down.weight", "unet.X_lora.down.weight"), kohya's ("lora_unet_X.lora_down.weight", dots as
/// underscores, with "alpha"). Layers of the picture branch, which the file names by their attention, come out under
/// the adapter's numbers (instantir.md 1.4).
///
/// `names`: of all tensors of the file; `read` gives one. Scale: alpha / rank, with alpha 1 where the file has none and
/// the first one for all layers, as the reference does. Throws Error on a file that corrects other layers than
/// `network` has, or half of one.
LowRanks readPreviewer(const std::vector<std::string>& names, const std::function<at::Tensor(const std::string&)>& read,
                       const PictureUNet& network);

/// Layers that could have a correction and have none, in the order of adaptablePaths, under PEFT's names. The reference
/// passes over them in silence.
std::vector<std::string> uncorrectedLayers(const LowRanks& corrections, const PictureUNet& network);

/// PEFT's name for the layer at `path`, without ".lora_A.weight".
std::string previewerName(const std::string& path, const PictureUNet& network);

}  // namespace heirloom::models
