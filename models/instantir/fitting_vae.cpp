#include "models/instantir/fitting_vae.h"

#include <algorithm>
#include <exception>
#include <string>

#include "models/common/error.h"
#include "models/common/graphs.h"
#include "models/common/notes.h"
#include "models/common/out_of_memory.h"
#include "models/instantir/weight_policy.h"

namespace heirloom::models {
namespace {

constexpr VaeTiles kVaeTiles{160, 32};   // latents: a square of one megapixel goes whole
constexpr std::int64_t kLeastSide = 32;  // of its tiles where memory is short: with less nothing is seen of the picture

}  // namespace

void FittingVae::begin(std::int64_t pixels) {
  encodedSide_ = decodedSide_ = shownSide_ = kVaeTiles.side;
  sideBesideLoop_ = std::max(kLeastSide, sideBesideLoop(pixels) / networks_.config().vae.factor());
}

void FittingVae::requireGoing() const {
  if (observer_.stopRequested()) throw Stopped{};
}

template <typename Work>
auto FittingVae::inTilesThatFit(std::int64_t& side, const PixelSize& latents, const Message& said, const Work& work) {
  while (true) {
    try {
      return work(VaeTiles{.side = side, .overlap = kVaeTiles.overlap});
    } catch (const std::exception& error) {
      // Recordings first: without them the picture stays the same.
      if (!isOutOfMemory(error) || !(Graphs::releaseAll() || halve(side, latents, said))) throw;
    }
  }
}

bool FittingVae::halve(std::int64_t& side, const PixelSize& latents, const Message& said) {
  const std::int64_t half = std::min(side, std::max(latents.height, latents.width)) / 2;
  if (half < kLeastSide) return false;
  setSide(side, half, said);
  return true;
}

void FittingVae::setSide(std::int64_t& side, std::int64_t latents, const Message& said) {
  side = latents;
  tell(observer_, said.with(std::to_string(side * networks_.config().vae.factor())));
}

LatentDistribution FittingVae::encoded(const at::Tensor& picture) {
  const Message said =
      HEIRLOOM_TEXT("instantir.encodingTiles",
                    "memory is short: the photo is encoded in tiles of %1 pixels, which may differ in tint");
  SdxlVae& vae = networks_.vae();
  const std::int64_t factor = networks_.config().vae.factor();
  const LatentDistribution made = inTilesThatFit(
      encodedSide_, {picture.size(2) / factor, picture.size(3) / factor}, said,
      [&](const VaeTiles& tiles) { return encodeInTiles(vae, picture * 2 - 1, tiles, [this] { requireGoing(); }); });
  networks_.offload();
  return made;
}

at::Tensor FittingVae::decodedInTiles(const at::Tensor& latent, std::int64_t& side, const Message& said) {
  const at::Tensor own = latent / networks_.config().vae.scaling;
  SdxlVae& vae = networks_.vae();
  const at::Tensor made = inTilesThatFit(side, {latent.size(2), latent.size(3)}, said, [&](const VaeTiles& tiles) {
    return decodeInTiles(vae, own, tiles, [this] { requireGoing(); }).div_(2).add_(0.5);
  });
  networks_.offload();
  return made;
}

at::Tensor FittingVae::decoded(const at::Tensor& latent) {
  return decodedInTiles(
      latent, decodedSide_,
      HEIRLOOM_TEXT("instantir.decodingTiles",
                    "memory is short: pictures are decoded in tiles of %1 pixels, which may differ in tint"));
}

at::Tensor FittingVae::decodedBesideLoop(const at::Tensor& latent) {
  const Message said = HEIRLOOM_TEXT(
      "instantir.shownTiles",
      "memory is short: pictures of the steps are decoded in tiles of %1 pixels, which may differ in tint");
  const std::int64_t side = std::min(shownSide_, std::max(latent.size(2), latent.size(3)));
  if (networks_.policy() == WeightPolicy::Offloaded && side > sideBesideLoop_)
    setSide(shownSide_, sideBesideLoop_, said);
  return decodedInTiles(latent, shownSide_, said);
}

}  // namespace heirloom::models
