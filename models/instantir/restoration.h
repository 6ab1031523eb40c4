#pragma once

#include <memory>
#include <optional>
#include <string>

#include "models/instantir/fitting_vae.h"
#include "models/instantir/kept_step.h"
#include "models/instantir/photo_plan.h"
#include "models/instantir/session_networks.h"
#include "models/restorer.h"

namespace heirloom::models {

/// One session's runs: text, latents, the loop over the steps, previews, progress, stop, and photos of any size around
/// a network of about one megapixel. Of runs over one picture an observer may keep the steps (StepKeeper),
/// and go on from them in this session or another one, or have their pictures.
class InstantIrRestoration {
 public:
  /// `observer` and `noise` must outlive this; null: drawn by the settings' seed, anew for every picture.
  InstantIrRestoration(std::shared_ptr<SessionNetworks> networks, const Settings& settings, Observer& observer,
                       NoiseSource* noise);

  /// Another run's settings; words that stay the same are not read again.
  void change(const Settings& settings) { options_ = optionsOf(settings); }

  /// float32 N 3 H W in 0..1 to the same, or, by the published protocol, to the working size.
  at::Tensor operator()(const at::Tensor& pictures);

 private:
  const HeardPrompts& heard();

  /// Asks the observer for what it keeps and wants to go on from. Throws Error where that is of another run.
  void beginKeeping(const at::Tensor& pictures);
  at::Tensor restored(const at::Tensor& picture, const PhotoPlan& plan);
  /// `picture`: 1 3 H W in 0..1, sides multiples of 64; `tileSide` as in DiffusionRun.
  at::Tensor diffused(const at::Tensor& picture, std::int64_t tileSide);
  void requireGoing() const;
  void progress(const Message& stage, double share);  // of the picture at hand

  std::shared_ptr<SessionNetworks> networks_;
  InstantIrOptions options_;
  Observer& observer_;
  FittingVae vae_;
  NoiseSource* injected_;
  std::unique_ptr<NoiseSource> drawn_;
  NoiseSource* noise_ = nullptr;
  StepKeeper* keeper_ = nullptr;  // null: nobody keeps the steps of this call
  std::shared_ptr<const InstantIrStep> from_;
  bool onlyPicture_ = false;           // of `from_`
  std::size_t photo_ = 0;              // of the call at hand, where steps are kept
  double pictures_ = 1, picture_ = 0;  // of the call at hand: how many, and which of them
};

}  // namespace heirloom::models
