#pragma once

#include <functional>

#include "models/instantir/networks.h"
#include "models/instantir/options.h"
#include "models/restorer.h"

namespace heirloom::models {

/// What a step of the diffusion tells.
struct DiffusionStep {
  int index = 0;       // from 0
  int count = 0;       // of the steps that are run
  at::Tensor sample;   // after it, 1 4 h w
  at::Tensor preview;  // the clean latent to be shown, 1 4 h w; undefined: none in this step
};

/// What a run of the diffusion starts from, and who is told.
struct DiffusionRun {
  at::Tensor picture;  // 1 3 H W in 0..1, sides multiples of 64
  at::Tensor latent;   // 1 4 h w: of the picture, scaled as the diffusion wants it
  TextConditioning prompt, negative;
  std::int64_t tileSide = 0;  // pixels; the networks see overlapping tiles of it, mixed at every step; 0: everything
  NoiseSource* noise = nullptr;
  std::function<bool()> stopRequested;
  std::function<void(const DiffusionStep&)> stepDone;  // may throw
};

/// The latent of the restored picture, scaled. Throws Stopped when it is asked to stop, between blocks too.
at::Tensor diffuse(InstantIrNetworks& networks, const InstantIrOptions& options, const DiffusionRun& run);

}  // namespace heirloom::models
