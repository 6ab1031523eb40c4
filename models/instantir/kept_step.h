#pragma once

#include "models/common/kept_step.h"
#include "models/instantir/options.h"
#include "models/instantir/sampler.h"

namespace heirloom::models {

/// What a restoration keeps of one of its steps.
class InstantIrStep : public KeptStep {
 public:
  /// `state`: after the step, on any device. `photo`: says which pixels the run restores.
  InstantIrStep(const SamplerState& state, const InstantIrOptions& options, std::size_t photo)
      : state_(movedTo(state, options.sampler, at::kCPU)), options_(options), photo_(photo) {}

  std::uint64_t bytes() const override;
  double left() const override {
    const int first = firstStep(options_.sampler), count = options_.sampler.steps - first;
    return count > 0 ? static_cast<double>(options_.sampler.steps - state_.next) / count : 0;
  }
  std::vector<std::string> fixed() const override { return settingsOfTheWay(); }

  const SamplerState& state() const { return state_; }
  bool fits(const InstantIrOptions& options, std::size_t photo) const {
    return photo == photo_ && sameWay(options, options_);
  }

 private:
  SamplerState state_;
  InstantIrOptions options_;
  std::size_t photo_;
};

}  // namespace heirloom::models
