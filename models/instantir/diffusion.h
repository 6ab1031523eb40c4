#pragma once

#include <functional>
#include <memory>

#include "models/instantir/options.h"
#include "models/instantir/session_networks.h"
#include "models/restorer.h"

namespace heirloom::models {

struct SamplerState;

/// What a step of the diffusion tells. Latents 1 4 h w, scaled.
struct DiffusionStep {
  int index = 0;       // from 0
  int count = 0;       // of the steps that are run
  at::Tensor sample;   // after it
  at::Tensor clean;    // what it takes for the result
  at::Tensor preview;  // the same as the previewer sees it; undefined where it did not run, and of SDXL alone
  at::Tensor change;   // B: mean squared difference to the preview before; undefined without two of them
  std::shared_ptr<const SamplerState> state;  // from which the run goes on
  std::function<void()> requireNumbers;       // as StepReport has it
};

/// What a run of the diffusion starts from, and who is told.
struct DiffusionRun {
  at::Tensor picture;  // 1 3 H W in 0..1, sides multiples of 64
  at::Tensor latent;   // 1 4 h w: of the picture, scaled as the diffusion wants it
  TextConditioning prompt, negative;
  std::int64_t tileSide = 0;  // pixels; the networks see overlapping tiles of it, mixed at every step; 0: everything
  NoiseSource* noise = nullptr;
  std::shared_ptr<const SamplerState> from;  // of a run over the same picture; null: the run begins at its start
  std::function<bool()> stopRequested;
  std::function<void()> reads;   // told before the networks of the steps are placed, which may take long; or empty
  std::function<void()> begins;  // told when they are, before the first step of this call; or empty
  std::function<void(const DiffusionStep&)> stepDone;  // may throw
};

/// The latent of the restored picture, scaled: by InstantIR's sampler where the folder has its parts, painted by SDXL
/// otherwise; where the run ended early, the preview of its last step. Of tiles (Bar-Tal et al., "MultiDiffusion",
/// 2023) the noise is one, and DINOv2 sees the whole picture. Throws Stopped when it is asked to stop, between blocks
/// too, and Error, which names the step, on values that are no numbers.
at::Tensor diffuse(SessionNetworks& networks, const InstantIrOptions& options, const DiffusionRun& run);

}  // namespace heirloom::models
