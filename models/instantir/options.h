#pragma once

#include <string>
#include <vector>

#include "models/instantir/gates.h"
#include "models/instantir/weight_policy.h"
#include "models/instantir/working_size.h"
#include "models/sdxl/prompt.h"
#include "models/sdxl/stepper.h"
#include "models/settings.h"

namespace heirloom::models {

/// How a photo meets a network that works at about one megapixel.
enum class PhotoMode {
  Published,  // resized to the working size, and the result stays so
  Whole,      // the same, the result enlarged to the photo's size
  Tiles       // in overlapping tiles at the photo's own size
};

enum class PreviewKind {
  Off,
  Fast,    // a linear map fitted to this photo
  Tiny,    // by TAESD where the folder has it, otherwise Fast
  Decoded  // by the autoencoder
};

/// The values of a run's settings.
struct InstantIrOptions {
  std::string prompt, negativePrompt;
  PromptRules prompts;
  SamplerSettings sampler;
  StepperKind stepper = StepperKind::Ddpm;  // of SDXL alone
  WorkingSizeRules size;
  bool samplesPosterior = false;
  std::string photo;  // "published", "auto", "whole", "tiles"
  std::int64_t overlap = 256;
  double detail = 0;
  PreviewKind previews = PreviewKind::Decoded;
  std::uint64_t seed = 42;
  WeightChoice weights = WeightChoice::Automatic;
};

/// The settings of InstantIR (`restores`), or of an SDXL folder without its parts; a person sees the steps by the small
/// decoder where it is there.
std::vector<Parameter> instantIrParameters(bool restores, bool tiny);

InstantIrOptions optionsOf(const Settings& settings);
/// The same settings for a photo that goes this way.
Settings withMode(Settings settings, PhotoMode mode);

/// Settings that a run which goes on from a kept step shares with the run that made it: sizes, noise and the way from
/// it. `sameWay`: whether two runs have the same values of them.
std::vector<std::string> settingsOfTheWay();
bool sameWay(const InstantIrOptions& a, const InstantIrOptions& b);

}  // namespace heirloom::models
