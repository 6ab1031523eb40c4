#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/common/network_family.h"
#include "models/dinov2/dinov2.h"
#include "models/dinov2/preprocessing.h"
#include "models/instantir/resampler.h"
#include "models/sdxl/clip_text.h"
#include "models/sdxl/schedule.h"
#include "models/sdxl/tiny_decoder.h"
#include "models/sdxl/tokenizer.h"
#include "models/sdxl/unet_config.h"
#include "models/sdxl/vae.h"

namespace heirloom::models {

/// What InstantIR adds to an SDXL; its aggregator is configured as the UNet.
struct RestoringConfig {
  DinoV2Config dino;
  DinoPreprocessing preprocessing;
  ResamplerConfig resampler;
  bool operator==(const RestoringConfig&) const = default;
};

/// A diffusers folder of SDXL, and what stands beside it.
struct DiffusionConfig {
  UNetConfig unet;
  SdxlVaeConfig vae;
  ClipTextConfig text1, text2;
  ScheduleConfig schedule;
  std::optional<TinyDecoderConfig> tiny;     // empty: the folder has none
  std::optional<RestoringConfig> restoring;  // empty: SDXL alone
  bool operator==(const DiffusionConfig&) const = default;
};

/// The configuration that the texts of a folder (kInstantIrFolder, kSdxlFolder) and the names and shapes of its tensors
/// say; why there is none otherwise, with the folder and the file that a person should look at.
Reading<DiffusionConfig> readDiffusion(const StateDict& tensors);

/// "tokenizer" or "tokenizer_2" of a folder. Throws Error where its files are broken.
ClipTokenizer tokenizerOf(const StateDict& tensors, const std::string& name);

/// Of an adapter, "adapter.": sizes from its tensors; of a head, which they do not tell, the published one unless
/// models/config.json says otherwise.
ResamplerConfig resamplerConfigOf(const StateDict& tensors);

/// The tensors under the names that the networks have: older spellings of the autoencoder and of the adapter's two
/// parts ("image_proj_model", "adapter_modules") are made present ones, and those of the small decoder; what else is in
/// its file is put aside.
StateDict withPresentNames(const StateDict& tensors);

/// Keys of the adapter that belong to nothing, which the reference passes over in silence.
std::vector<std::string> unreadKeys(const StateDict& tensors, const DiffusionConfig& config);

/// Layers that the previewer's file leaves as they are, by their names in it (uncorrectedLayers).
std::vector<std::string> uncorrectedLayersOf(const StateDict& tensors, const DiffusionConfig& config);

/// Endings of keys that nobody reads: tables that follow from the configuration.
std::vector<std::string> ignorableKeys();

}  // namespace heirloom::models
