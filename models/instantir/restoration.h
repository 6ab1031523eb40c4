#pragma once

#include <memory>
#include <optional>
#include <string>

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
  /// The autoencoder's, of `picture` as in `diffused`, not yet scaled.
  LatentDistribution encoded(const at::Tensor& picture);
  /// `latent`: 1 4 h w, scaled. By the autoencoder: 1 3 H W, not clamped.
  at::Tensor decoded(const at::Tensor& latent);
  /// The same of a step, for which UNet and aggregator stay: where they leave little room in smaller tiles.
  at::Tensor decodedBesideLoop(const at::Tensor& latent);
  at::Tensor decodedInTiles(const at::Tensor& latent, std::int64_t& side, const Message& said);
  /// `work` with tiles of `side` latents; where memory runs out with half of it, from now on. `said`: of the tiles'
  /// size.
  template <typename Work>
  auto inTilesThatFit(std::int64_t& side, const PixelSize& latents, const Message& said, const Work& work);
  /// False: the tiles cannot be smaller.
  bool halve(std::int64_t& side, const PixelSize& latents, const Message& said);
  void setSide(std::int64_t& side, std::int64_t latents, const Message& said);
  void requireGoing() const;
  void progress(const Message& stage, double share);  // of the picture at hand

  std::shared_ptr<SessionNetworks> networks_;
  InstantIrOptions options_;
  Observer& observer_;
  NoiseSource* injected_;
  std::unique_ptr<NoiseSource> drawn_;
  NoiseSource* noise_ = nullptr;
  StepKeeper* keeper_ = nullptr;  // null: nobody keeps the steps of this call
  std::shared_ptr<const InstantIrStep> from_;
  bool onlyPicture_ = false;  // of `from_`
  std::size_t photo_ = 0;     // of the call at hand, where steps are kept
  // Of the autoencoder's tiles in the call at hand, latents: of photos, of results and of pictures of the steps; and
  // what the last of them may be beside networks that leave little room.
  std::int64_t encodedSide_ = 0, decodedSide_ = 0, shownSide_ = 0, sideBesideLoop_ = 0;
  double pictures_ = 1, picture_ = 0;  // of the call at hand: how many, and which of them
};

}  // namespace heirloom::models
