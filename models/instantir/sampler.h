#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "models/common/error.h"
#include "models/instantir/gates.h"
#include "models/instantir/network.h"
#include "models/restorer.h"
#include "models/sdxl/recorded_passes.h"
#include "models/sdxl/stepper.h"

namespace heirloom::models {

/// What a run is told about a picture and by a person, for one half of the guidance. B pictures.
struct Guide {
  at::Tensor text;     // B L textWidth
  at::Tensor pooled;   // B pooledWidth
  at::Tensor picture;  // B T W: DINOv2's last hidden state, of zeros for the negative half
};

/// What of a run is wanted again when it goes on after a step. Its tensors are never written to.
struct SamplerState {
  int next = 0;                        // index of the step to come
  at::Tensor sample;                   // B 4 h w float32
  std::vector<double> factors;         // of the condition, a picture
  at::Tensor preview, earlierPreview;  // both halves; positive half: what the adaptive weight compares
  std::optional<Residuals> residuals;  // of the last aggregator's run, where the adaptive way needs them
  at::Tensor clean;                    // of SDXL alone: what the last step took for the result
  int draws = 0;                       // of noise so far
  int resting = 0;                     // previews in a row, the last one included, that moved less than the early stop
};

/// The same on another device, with what a run of these settings needs of it. Tensors that are there are shared.
SamplerState movedTo(const SamplerState& state, const SamplerSettings& settings, const at::Device& device);

/// Says that a kept step does not fit the run that was to go on from it.
Error stepOfAnotherRun();

/// One step, when it is done. Tensors on the run's device; nothing was copied.
struct StepReport {
  int index = 0;  // of the run's steps
  int steps = 0;
  int t = 0;
  at::Tensor clean;             // B 4 h w float32: what the step takes for the restored latent
  at::Tensor preview;           // the same as the previewer sees it; undefined where it did not run
  at::Tensor change;            // B: mean squared difference to the preview before; undefined without two of them
  std::vector<double> scales;   // of the condition at this step, a picture
  std::vector<double> factors;  // of the condition at the next one
  std::shared_ptr<const SamplerState> state;  // from which the run goes on to the same result
  /// Throws Error when the step gave values that are no numbers, for which it waits for the device. The sampler itself
  /// asks when the next step is on its way. Only for as long as the report is told.
  std::function<void()> requireNumbers;
};

/// What guidance makes of a network's output for both halves, 2N C h w, the negative ones first: classifier-free, and
/// so far back to the spread of the positive half as the settings say. N C h w.
at::Tensor withGuidance(const at::Tensor& both, const SamplerSettings& settings);

/// Who is told during a run.
struct SamplerEvents {
  std::function<void(const StepReport&)> stepDone;
  /// What the samples of a run, B 4 h w, have in common is made equal after every step: tiles of one picture.
  std::function<at::Tensor(const at::Tensor& samples)> together;
  BlockWatch* watch = nullptr;  // at every block of every network; may throw Stopped
  /// Records the passes through the networks, whose weights must stay where they are; then `watch` is not told of
  /// blocks that are replayed. Null: every pass as it is. For runs of the same networks, and where savings are switched
  /// off (savings.h) for this one alone.
  RecordedPasses* passes = nullptr;
};

/// InstantIR's restoration in latent space (Huang et al., "InstantIR: Blind Image Restoration with Instant Generative
/// Reference", 2024, arXiv 2410.06551; reference instantX-research/InstantIR 183ccf5, pipelines/sdxl_instantir.py;
/// instantir.md 2.8 to 2.13). All arithmetic around the networks is float32 on the placement's device.
class InstantIrSampler {
 public:
  /// `networks`: placed, shared with other samplers of the same session.
  InstantIrSampler(InstantIrNetworks networks, const NoiseSchedule& schedule, const SamplerSettings& settings);

  /// `latent`: B 4 h w, the degraded picture's, scaled; `sizes`: 6 numbers, height and width of the picture, top and
  /// left of the crop, height and width of the target. `from`: goes on after a kept step of a run over the same latent
  /// with as many steps, with `noise` from its first draw; guides and other settings may have changed. Returns the
  /// restored latent, B 4 h w float32; of a run that ended early the preview of its last step. Draws: the initial
  /// noise, then one a step, many of them ahead, be it of steps that an early stop leaves out. Throws Stopped when the
  /// watch does, Error when a step gave NaN or infinities, which nobody may have asked for (StepReport::requireNumbers)
  /// until the next step.
  at::Tensor run(const at::Tensor& latent, const Guide& positive, const Guide& negative, const std::vector<int>& sizes,
                 NoiseSource& noise, const SamplerEvents& events = {}, const SamplerState* from = nullptr);

 private:
  class Run;

  InstantIrNetworks networks_;
  NoiseSchedule schedule_;
  SamplerSettings settings_;
};

}  // namespace heirloom::models
