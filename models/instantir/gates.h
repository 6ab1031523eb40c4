#pragma once

#include <vector>

namespace heirloom::models {

/// How the restoration's condition follows the previews.
enum class Adaptive {
  Off,     // full scale at every step: the published command line
  Compat,  // AdaRes as the reference code has it, with what it does when a preview is stale
  Stable   // the same weight, kept where the preview did not move, and no stale condition
};

/// What a person chooses for a run. Defaults: the published ones.
struct SamplerSettings {
  int steps = 30;
  double guidance = 7;         // classifier-free; 1 or less: without the negative half
  double guidanceRescale = 0;  // 0..1 of the way back to the spread of the positive half (Lin et al., 2023)
  double previewStart = 0;     // fractions of the run in which the previewer looks ahead
  double previewEnd = 1;
  double conditionStart = 0;  // fractions in which the aggregator conditions
  double creativeStart = 1;   // its end: from here on the prompt paints freely
  double condition = 1;       // 0..1: strength of the aggregator's features
  Adaptive adaptive = Adaptive::Off;
  double threshold = 0.1;  // scales up to this one switch previewer and aggregator off; the reference's
  double earlyStop = 0;    // the run ends once two previews in a row move by less, mean squared; 0: never
  double strength = 1;     // 0..1: less starts later in the schedule, nearer to the degraded picture
  bool fromPhoto = true;   // start at the noised latent of the degraded picture, not at noise alone

  int atOnce = 0;  // pictures that go through the networks together; 0: all
  bool operator==(const SamplerSettings&) const = default;
};

/// Throws Error on a value out of its range.
void check(const SamplerSettings& settings);

/// Which networks run at which step (instantir.md 2.10).
struct Gate {
  bool conditions = true;  // the aggregator may
  bool previews = true;    // the previewer may
  bool operator==(const Gate&) const = default;
};
std::vector<Gate> gatesOf(const SamplerSettings& settings);

/// The step that a run of this strength begins with.
int firstStep(const SamplerSettings& settings);

}  // namespace heirloom::models
