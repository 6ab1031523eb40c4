#pragma once

#include <torch/types.h>

#include <cstdint>

#include "models/common/pixel_size.h"
#include "models/instantir/session_networks.h"
#include "models/restorer.h"
#include "models/sdxl/vae.h"

namespace heirloom::models {

/// The autoencoder of a run, which comes and goes as the session's networks do. Pictures of up to about a megapixel go
/// through it whole, larger ones in overlapping tiles. Where memory runs out all the same its tiles take half the side,
/// down to 256 pixels, from then on until the next run; the observer is told so, because norms see less of them.
class FittingVae {
 public:
  /// Both must outlive this.
  FittingVae(SessionNetworks& networks, Observer& observer) : networks_(networks), observer_(observer) {}

  /// A run begins whose networks see `pixels` at once: it may have more room than the one before.
  void begin(std::int64_t pixels);

  /// Of `picture`, 1 3 H W in 0..1, sides multiples of 64; not yet scaled. Throws Stopped.
  LatentDistribution encoded(const at::Tensor& picture);
  /// `latent`: 1 4 h w, scaled; 1 3 H W, not clamped. Throws Stopped.
  at::Tensor decoded(const at::Tensor& latent);
  /// The same of a step, for which UNet and aggregator stay: where they leave little room in smaller tiles.
  at::Tensor decodedBesideLoop(const at::Tensor& latent);

 private:
  at::Tensor decodedInTiles(const at::Tensor& latent, std::int64_t& side, const Message& said);
  /// `work` with tiles of `side` latents; where memory runs out with half of it, from now on. `said`: of the tiles'
  /// size.
  template <typename Work>
  auto inTilesThatFit(std::int64_t& side, const PixelSize& latents, const Message& said, const Work& work);
  /// False: the tiles cannot be smaller.
  bool halve(std::int64_t& side, const PixelSize& latents, const Message& said);
  void setSide(std::int64_t& side, std::int64_t latents, const Message& said);
  void requireGoing() const;

  SessionNetworks& networks_;
  Observer& observer_;
  // Of tiles of photos, of results and of pictures of the steps; and what the last of them may be beside networks that
  // leave little room. Latents.
  std::int64_t encodedSide_ = 0, decodedSide_ = 0, shownSide_ = 0, sideBesideLoop_ = 0;
};

}  // namespace heirloom::models
