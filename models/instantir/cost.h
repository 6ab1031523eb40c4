#pragma once

#include <cstdint>

#include "models/instantir/gates.h"
#include "models/instantir/network.h"
#include "models/instantir/photo_plan.h"
#include "models/instantir/reading.h"

namespace heirloom::models {

/// What a run is counted for: one picture, both halves of the guidance where it is on.
struct CostedRun {
  std::int64_t height = 128;  // of the latent
  std::int64_t width = 128;
  std::int64_t textTokens = 77;
  std::int64_t pictureTokens = 257;
  std::int64_t rank = 64;  // of the previewer's corrections beside the weights; 0: merged
};

/// Multiply-adds in latent space as they are executed with what no step changes made once.
struct InstantIrCost {
  double once = 0;     // tokens of the picture, keys and values, projections of all steps
  double preview = 0;  // a step with the previewer
  double aggregator = 0;
  double main = 0;
  double total = 0;  // of all steps as the settings' gates have them

  /// 1 multiply-add = 2.
  double flop() const { return 2 * total; }
};

InstantIrCost costOf(const InstantIrConfig& config, const SamplerSettings& settings, const CostedRun& run = {});

/// Multiply-adds of the autoencoder for so many pixels at once.
struct VaeCost {
  double encoder = 0;
  double decoder = 0;
};
VaeCost costOf(const SdxlVaeConfig& config, double pixels);

/// Multiply-adds of a photo's restoration, or of its painting by SDXL alone, as `plan` has it: the diffusion, the
/// autoencoder and the pictures of the steps.
double photoCost(const DiffusionConfig& config, const InstantIrOptions& options, const PhotoPlan& plan);

}  // namespace heirloom::models
