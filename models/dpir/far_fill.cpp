#include "models/dpir/far_fill.h"

#include <algorithm>
#include <vector>

#include "models/dpir/inpainting.h"

namespace heirloom::models {
namespace {

constexpr std::int64_t kStripRows = 16 * kFarSide;  // that are looked at in one go

/// Squares of kFarSide pixels become the mean of what is known of them, those of which nothing is are filled.
at::Tensor reducedAndFilled(const PhotoAround& photo, const std::string& mark, const Observer& observer) {
  std::vector<at::Tensor> sums, weights;
  for (std::int64_t top = 0; top < photo.photoHeight(); top += kStripRows) {
    if (observer.stopRequested()) throw Stopped{};
    const std::int64_t rows = std::min(kStripRows, photo.photoHeight() - top);
    const at::Tensor strip = photo.photo({top, 0}, rows, photo.photoWidth()).contiguous();
    const at::Tensor known = knownPixels(strip, mark);
    sums.push_back(at::avg_pool2d(strip * known, kFarSide, kFarSide, 0, /*ceil_mode=*/true));
    weights.push_back(at::avg_pool2d(known, kFarSide, kFarSide, 0, true));
  }
  const at::Tensor weight = at::cat(weights, 2);
  return filledFromAround(at::cat(sums, 2) / weight.clamp_min(1e-6), (weight > 0).to(at::kFloat));
}

/// The part of `filled` that stands for `height` x `width` pixels at `corner`, as large as these.
at::Tensor enlargedPart(const at::Tensor& filled, PhotoAround::Corner corner, std::int64_t height, std::int64_t width) {
  // One square more on every side, so that a tile's edge is interpolated as its middle is.
  const auto first = [](std::int64_t begin) { return std::max<std::int64_t>(0, begin / kFarSide - 1); };
  const auto past = [](std::int64_t end, std::int64_t all) {
    return std::min(all, (end + kFarSide - 1) / kFarSide + 1);
  };
  const std::int64_t top = first(corner.top), left = first(corner.left);
  const std::int64_t rows = past(corner.top + height, filled.size(2)) - top;
  const std::int64_t columns = past(corner.left + width, filled.size(3)) - left;
  return at::upsample_bilinear2d(filled.narrow(2, top, rows).narrow(3, left, columns),
                                 {rows * kFarSide, columns * kFarSide}, /*align_corners=*/false)
      .narrow(2, corner.top - top * kFarSide, height)
      .narrow(3, corner.left - left * kFarSide, width);
}

}  // namespace

at::Tensor FarFill::behind(const at::Tensor& pictures, const std::string& mark, const Observer& observer) {
  const auto* photo = dynamic_cast<const PhotoAround*>(&observer);
  if (!photo || photo->photoHeight() == 0) return {};
  const std::int64_t height = pictures.size(2), width = pictures.size(3);
  if (height == photo->photoHeight() && width == photo->photoWidth()) return {};
  if (knownPixels(pictures, mark).min().item<float>() > 0) return {};
  if (!filled_.defined() || mark_ != mark) {
    filled_ = reducedAndFilled(*photo, mark, observer);
    mark_ = mark;
  }
  std::vector<at::Tensor> parts;
  for (std::int64_t i = 0; i < pictures.size(0); ++i)
    parts.push_back(enlargedPart(filled_, photo->cornerOf(i), height, width));
  return at::cat(parts).to(pictures.device());
}

}  // namespace heirloom::models
