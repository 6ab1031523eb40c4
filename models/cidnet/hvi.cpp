#include "models/cidnet/hvi.h"

namespace heirloom::models {
namespace {

constexpr double kTurn = 6.283185307179586;
constexpr double kEpsilon = 1e-8;
constexpr double kSectors = 6;  // of hue

/// How far from the middle fully saturated colours of an intensity lie.
at::Tensor reach(const at::Tensor& intensity, const at::Tensor& k) {
  return ((intensity * (kTurn / 4)).sin() + kEpsilon).pow(k);
}

}  // namespace

at::Tensor toHvi(const at::Tensor& rgb, const at::Tensor& k) {
  const at::Tensor red = rgb.narrow(1, 0, 1), green = rgb.narrow(1, 1, 1), blue = rgb.narrow(1, 2, 1);
  const at::Tensor highest = rgb.amax(1, /*keepdim=*/true), lowest = rgb.amin(1, /*keepdim=*/true);
  const at::Tensor chroma = highest - lowest;
  const auto sector = [&](const at::Tensor& from, const at::Tensor& to) { return (from - to) / (chroma + kEpsilon); };
  // Of equal channels the first decides.
  at::Tensor hue = at::where(green == highest, sector(blue, red) + 2, sector(red, green) + 4);
  hue = at::where(red == highest, sector(green, blue).remainder(kSectors), hue) * (kTurn / kSectors);
  hue = hue.masked_fill(chroma == 0, 0);
  const at::Tensor saturation = chroma / (highest + kEpsilon);
  const at::Tensor radius = reach(highest, k) * saturation;
  return at::cat({radius * hue.cos(), radius * hue.sin(), highest}, 1);
}

at::Tensor fromHvi(const at::Tensor& hvi, const at::Tensor& k) {
  const at::Tensor intensity = hvi.narrow(1, 2, 1).clamp(0, 1);
  const at::Tensor plane =
      (hvi.narrow(1, 0, 2).clamp(-1, 1) / (reach(intensity, k) + kEpsilon)).clamp(-1, 1);  // N 2 H W
  const at::Tensor horizontal = plane.narrow(1, 0, 1), vertical = plane.narrow(1, 1, 1);
  const at::Tensor hue = at::atan2(vertical, horizontal) * (kSectors / kTurn);  // in sectors
  const at::Tensor saturation = at::hypot(horizontal, vertical).clamp_max(1);
  // A channel is full in two sectors next to its own, absent in the two opposite, and goes from one to the other.
  const auto channel = [&](double offset) {
    const at::Tensor at = (hue + offset).remainder(kSectors);
    return intensity - intensity * saturation * at::minimum(at, 4 - at).clamp(0, 1);
  };
  return at::cat({channel(5), channel(3), channel(1)}, 1);
}

}  // namespace heirloom::models
