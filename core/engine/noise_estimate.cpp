#include "core/engine/noise_estimate.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "core/engine/tile_colours.h"

namespace heirloom::core {
namespace {

constexpr std::int64_t kPatch = 8;
constexpr std::int64_t kBlock = 192;      // read at once
constexpr std::int64_t kBlocksASide = 4;  // over the photo: enough patches for any size
constexpr std::int64_t kStride = 4;
constexpr std::int64_t kFewest = 4 * kPatch * kPatch;

/// Patches N x 64 of one plane.
at::Tensor patchesOf(const at::Tensor& plane) {
  return plane.unfold(0, kPatch, kStride).unfold(1, kPatch, kStride).reshape({-1, kPatch * kPatch});
}

/// Those without clipped pixels, because clipping takes noise away.
at::Tensor unclipped(const at::Tensor& patches) {
  return patches.index({(patches.amin(1) > 0).logical_and(patches.amax(1) < 1)});
}

/// Those so far from black and white that noise of `sigma` is hardly clipped there: chosen by their mean, which noise
/// does not change, whereas choosing by extremes prefers patches in which it happens to be weak.
at::Tensor farFromClipping(const at::Tensor& patches, double sigma) {
  const at::Tensor mean = patches.mean(1);
  return patches.index({(mean > 2 * sigma).logical_and(mean < 1 - 2 * sigma)});
}

/// Eigenvalues in ascending order: of pure noise their mean equals their median; structure only ever adds large ones at
/// the end, which are taken away until the two meet.
double noiseOf(const at::Tensor& patches) {
  const at::Tensor centred = patches - patches.mean(0, true);
  const at::Tensor covariance = centred.t().matmul(centred) / (patches.size(0) - 1);
  const at::Tensor values = at::linalg_eigvalsh(covariance.to(at::kDouble)).contiguous();
  const double* eigenvalues = values.const_data_ptr<double>();
  double sum = 0;
  for (std::int64_t i = 0; i < values.size(0); ++i) sum += eigenvalues[i];
  for (std::int64_t count = values.size(0); count > 1; --count) {
    const double mean = sum / static_cast<double>(count);
    const double median = (eigenvalues[(count - 1) / 2] + eigenvalues[count / 2]) / 2;
    if (mean <= median) return std::sqrt(std::max(0.0, median));
    sum -= eigenvalues[count - 1];
  }
  return std::sqrt(std::max(0.0, eigenvalues[0]));
}

}  // namespace

double estimateNoise(const Raster& photo, const WorkingColour& colour, int channels) {
  const TileColours colours(photo, colour, channels, 1, 1);
  const auto starts = [](std::int64_t side) {
    std::vector<std::int64_t> all;
    const std::int64_t count = std::min(kBlocksASide, (side + kBlock - 1) / kBlock);
    for (std::int64_t i = 0; i < count; ++i) all.push_back(count == 1 ? 0 : i * (side - kBlock) / (count - 1));
    return all;
  };
  std::vector<std::vector<at::Tensor>> patches(static_cast<std::size_t>(channels));
  for (const std::int64_t y : starts(photo.height())) {
    for (const std::int64_t x : starts(photo.width())) {
      const Box box{x, y, std::min(kBlock, photo.width()), std::min(kBlock, photo.height())};
      if (box.width < kPatch || box.height < kPatch) return 0;
      const at::Tensor shown = colours.shown(box);
      for (int channel = 0; channel < channels; ++channel) patches[channel].push_back(patchesOf(shown[0][channel]));
    }
  }
  double sum = 0;
  int measured = 0;
  for (const auto& ofChannel : patches) {
    const at::Tensor all = at::cat(ofChannel);
    const at::Tensor inside = unclipped(all);
    if (inside.size(0) < kFewest) continue;
    double sigma = noiseOf(inside);
    if (const at::Tensor far = farFromClipping(all, sigma); far.size(0) >= kFewest)
      sigma = std::max(sigma, noiseOf(far));
    sum += sigma;
    ++measured;
  }
  return measured > 0 ? 255 * sum / measured : 0;
}

}  // namespace heirloom::core
