#pragma once

#include <memory>
#include <optional>

#include "models/common/kept_step.h"
#include "models/instantir/options.h"
#include "models/instantir/sampler.h"

namespace heirloom::models {

/// What a restoration keeps of one of its steps: from which it goes on, and the latent of its picture.
class InstantIrStep : public KeptStep {
 public:
  /// `state`: after the step; `picture`: 1 4 h w, scaled, what the step takes for the restored latent. Both on any
  /// device. `photo`: says which pixels the run restores.
  InstantIrStep(const SamplerState& state, const at::Tensor& picture, const InstantIrOptions& options,
                std::size_t photo)
      : state_(movedTo(state, options.sampler, at::kCPU)),
        // Of its own: it may be a part of something larger.
        picture_(picture.to(at::kCPU, at::kFloat, /*non_blocking=*/false, /*copy=*/true)),
        options_(options),
        photo_(photo) {}

  std::uint64_t bytes() const override;
  double left() const override {
    if (!state_) return 0;
    const int first = firstStep(options_.sampler), count = options_.sampler.steps - first;
    return count > 0 ? static_cast<double>(options_.sampler.steps - state_->next) / count : 0;
  }
  std::vector<std::string> fixed() const override { return settingsOfTheWay(); }

  std::shared_ptr<const KeptStep> pictureAlone() const override {
    if (!state_) return nullptr;
    const auto alone = std::make_shared<InstantIrStep>(*this);
    alone->state_.reset();
    return alone;
  }

  bool leadsOn() const { return state_.has_value(); }
  /// Only of one that leads on.
  const SamplerState& state() const { return *state_; }
  const at::Tensor& picture() const { return picture_; }
  bool fits(const InstantIrOptions& options, std::size_t photo) const {
    return photo == photo_ && sameWay(options, options_);
  }

 private:
  std::optional<SamplerState> state_;
  at::Tensor picture_;
  InstantIrOptions options_;
  std::size_t photo_;
};

}  // namespace heirloom::models
