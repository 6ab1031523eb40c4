#pragma once

#include "models/checkpoint/tensors.h"
#include "models/instantir/network.h"

namespace heirloom::models {

/// InstantIR's own parts before they are trained, under the names of their files (instantir.md 6.10, 6.11, 6.14).
/// Random numbers are LibTorch's (torch::manual_seed). `unet`: SDXL's weights by their names in its file.

/// The adapter: keys and values of the picture are those of the text, time norms neither scale nor shift, the resampler
/// is as PyTorch makes it.
NamedTensors initialAdapter(const InstantIrConfig& config, const WeightSource& unet);

/// The aggregator: the UNet's way down, its first convolution twice; adds nothing yet.
NamedTensors initialAggregator(const UNetConfig& config, const WeightSource& unet);

/// Corrections of every layer that can have one; they correct nothing yet.
NamedTensors initialPreviewer(const PictureUNet& network, std::int64_t rank);

}  // namespace heirloom::models
