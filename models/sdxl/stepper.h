#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "models/sdxl/schedule.h"

namespace heirloom::models {

/// One step of a diffusion's way back.
struct Stepped {
  at::Tensor previous;  // the sample of the next step, float32
  at::Tensor clean;     // what the step took for the clean sample
};

/// Standard normal values of the sample's shape; asked for only by steps that use them.
using StepNoise = std::function<at::Tensor()>;

/// A way from noise to a sample. One run's own: some look back at the step before. All arithmetic in float32 on the
/// sample's device, nothing of it asks the device for a number.
class Stepper {
 public:
  virtual ~Stepper() = default;
  /// Time steps, falling.
  const std::vector<int>& steps() const { return steps_; }
  /// `output`: the network's at `sample` and steps()[index]. Indices must come in order; a run may start at any.
  virtual Stepped step(int index, const at::Tensor& output, const at::Tensor& sample, const StepNoise& noise) = 0;
  /// Whether step `index` asks for noise, and how many of those from `first` on do.
  virtual bool draws(int index) const = 0;
  int drawsFrom(int first) const;
  /// The run goes on with steps()[index], from 1 on, after a step that took `clean` for the clean sample.
  virtual void follow(int index, const at::Tensor& clean) { (void)index, (void)clean; }

 protected:
  Stepper(NoiseSchedule schedule, std::vector<int> steps) : schedule_(std::move(schedule)), steps_(std::move(steps)) {}

  NoiseSchedule schedule_;
  std::vector<int> steps_;
};

enum class StepperKind {
  Ddpm,      // Ho et al. 2020: new noise at every step, the last one included, as InstantIR was published
  Ddim,      // Song et al. 2021, eta 0: no noise
  Lcm,       // Luo et al. 2023: a consistency model's own steps, new noise between them
  DpmSolver  // Lu et al., "DPM-Solver++", 2022: second order, multistep, no noise
};

/// "ddpm", "ddim", "lcm", "dpm++". Throws Error on another.
StepperKind stepperKindOf(std::string_view name);

std::unique_ptr<Stepper> makeStepper(StepperKind kind, const NoiseSchedule& schedule, int steps);

/// The clean sample as a consistency model sees it (Luo et al., "Latent Consistency Models", 2023): the schedule's,
/// bound to the sample itself at t = 0. Float32.
at::Tensor consistent(const NoiseSchedule& schedule, const at::Tensor& output, const at::Tensor& sample, int t);

}  // namespace heirloom::models
