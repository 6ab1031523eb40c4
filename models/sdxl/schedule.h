#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

namespace heirloom::models {

/// How noise grows over the steps of training. Default: SDXL base.
struct ScheduleConfig {
  enum class Betas { Linear, ScaledLinear, SquaredCosine };
  enum class Prediction { Noise, Clean, Velocity };
  enum class Spacing { Leading, Trailing, Linspace };

  int trainSteps = 1000;
  double betaStart = 0.00085;
  double betaEnd = 0.012;
  Betas betas = Betas::ScaledLinear;
  Prediction prediction = Prediction::Noise;
  Spacing spacing = Spacing::Leading;
  int offset = 1;             // of leading steps
  bool zeroTerminal = false;  // rescaled so that nothing of the picture is left at the last step (Lin et al. 2023)
  bool operator==(const ScheduleConfig&) const = default;
};

/// The configuration that a diffusers `scheduler/scheduler_config.json` holds, whichever scheduler wrote it. Throws
/// Error on what would change results and is not known here.
ScheduleConfig scheduleConfigOf(const std::string& json);

/// Noise of a diffusion model by time step: z_t = sqrt(kept(t)) z_0 + sqrt(1 - kept(t)) noise (Ho et al., "Denoising
/// Diffusion Probabilistic Models", 2020). Immutable.
class NoiseSchedule {
 public:
  explicit NoiseSchedule(const ScheduleConfig& config = {});

  /// The picture's share of the variance, in 0..1; of t < 0: 1. Rounded to float32, as the references keep it.
  double kept(int t) const;
  /// Time steps of a run of `count`, falling. Throws Error unless 1 <= count <= trainSteps.
  std::vector<int> steps(int count) const;
  /// What lies before t in a run of `count` steps; negative at the end.
  int before(int t, int count) const { return t - config_.trainSteps / count; }

  at::Tensor noised(const at::Tensor& clean, const at::Tensor& noise, int t) const;
  /// The clean sample, and the noise, that a network's `output` at `sample` means. Float32.
  at::Tensor clean(const at::Tensor& output, const at::Tensor& sample, int t) const;
  at::Tensor noise(const at::Tensor& output, const at::Tensor& sample, int t) const;

  const ScheduleConfig& config() const { return config_; }

 private:
  ScheduleConfig config_;
  std::vector<double> kept_;
};

}  // namespace heirloom::models
