#include "core/quality/score.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/quality/metrics.h"
#include "core/quality/picture_samples.h"
#include "core/quality/ycbcr.h"

namespace heirloom::core {
namespace {

constexpr std::int64_t kStripPixels = 1 << 18;
constexpr std::int64_t kLeastRows = 64;  // or windows that strips share would be most of the work

std::vector<double> codesOf(const FloatImage& image) {
  std::vector<double> codes(image.values.size());
  std::transform(image.values.begin(), image.values.end(), codes.begin(),
                 [](float value) { return std::nearbyint(std::clamp(value, 0.0F, 1.0F) * 255.0F); });
  return codes;
}

MetricImage firstRows(const MetricImage& image, std::int64_t rows) {
  return {image.width, rows, image.bands,
          image.values.first(static_cast<std::size_t>(rows * image.width * image.bands))};
}

/// Means of both metrics, summed over strips by their rows.
struct Sums {
  double error = 0;  // squared, mean of a row
  double similarity = 0;

  /// `own` rows of the strip are its alone, `windows` rows of windows begin in it.
  void add(const MetricImage& a, const MetricImage& b, std::int64_t own, std::int64_t windows) {
    error += meanSquaredError(firstRows(a, own), firstRows(b, own)) * static_cast<double>(own);
    if (windows > 0) similarity += ssim(a, b) * static_cast<double>(windows);
  }
};

/// A picture that can be read in parts.
struct Source {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::function<FloatImage(const Box&)> part;
};

Score scoreOf(const Source& a, const Source& b, std::int64_t border) {
  requireComparable({a.width, a.height, 1, {}}, {b.width, b.height, 1, {}}, border);
  const std::int64_t width = a.width - 2 * border;
  const std::int64_t height = a.height - 2 * border;
  const bool structured = std::min(width, height) >= kSsimWindow;
  const std::int64_t shared = structured ? kSsimWindow - 1 : 0;  // rows that a strip's windows share with the next
  const std::int64_t rows = std::max(kLeastRows, kStripPixels / width);
  Sums all;
  Sums luma;
  bool colour = false;
  for (std::int64_t top = 0; top < height - shared; top += rows) {
    const std::int64_t windows = std::min(rows, height - shared - top);
    const Box box{border, border + top, width, windows + shared};
    const std::int64_t own = top + windows + shared == height ? box.height : windows;
    FloatImage first = a.part(box);
    FloatImage second = b.part(box);
    if (first.bands != second.bands) {
      // A grey result of a grey picture that was kept in colour, or the other way round.
      first = greyOf(first);
      second = greyOf(second);
    }
    const std::vector<double> codesA = codesOf(first);
    const std::vector<double> codesB = codesOf(second);
    const MetricImage codeA{width, box.height, first.bands, codesA};
    const MetricImage codeB{width, box.height, second.bands, codesB};
    all.add(codeA, codeB, own, structured ? windows : 0);
    colour = first.bands == 3;
    if (!colour) continue;
    const std::vector<double> lumaA = lumaOf(codeA, LumaRounding::EightBit);
    const std::vector<double> lumaB = lumaOf(codeB, LumaRounding::EightBit);
    luma.add({width, box.height, 1, lumaA}, {width, box.height, 1, lumaB}, own, structured ? windows : 0);
  }
  const auto pixels = static_cast<double>(height);
  const auto windows = static_cast<double>(height - shared);
  Score score;
  score.psnr = decibels(all.error / pixels);
  if (structured) score.ssim = all.similarity / windows;
  if (colour) score.psnrLuma = decibels(luma.error / pixels);
  if (colour && structured) score.ssimLuma = luma.similarity / windows;
  return score;
}

Source sourceOf(const Photo& photo) {
  return {photo.raster->width(), photo.raster->height(), [&photo](const Box& box) { return samplesOf(photo, box); }};
}

Source sourceOf(const FloatImage& image) {
  return {image.width, image.height, [&image](const Box& box) {
            FloatImage part{box.width, box.height, image.bands, {}};
            part.values.resize(static_cast<std::size_t>(box.width * box.height * image.bands));
            for (std::int64_t y = 0; y < box.height; ++y) {
              std::copy_n(image.row(box.y + y) + box.x * image.bands, box.width * image.bands, part.row(y));
            }
            return part;
          }};
}

}  // namespace

Score compare(const Photo& a, const Photo& b, std::int64_t border) {
  Score score = scoreOf(sourceOf(a), sourceOf(b), border);
  score.file = a.file;
  return score;
}

Score compare(const FloatImage& a, const FloatImage& b, std::int64_t border) {
  return scoreOf(sourceOf(a), sourceOf(b), border);
}

double psnrB(const FloatImage& restored, const FloatImage& original) {
  const std::vector<double> a = codesOf(restored);
  const std::vector<double> b = codesOf(original);
  return psnrB({restored.width, restored.height, restored.bands, a},
               {original.width, original.height, original.bands, b});
}

Score meanOf(const std::vector<Score>& scores) {
  Score mean;
  const auto add = [&](std::optional<double>& sum, const std::optional<double>& value) {
    if (value) sum = sum.value_or(0) + *value / static_cast<double>(scores.size());
  };
  for (const Score& score : scores) {
    mean.psnr += score.psnr / static_cast<double>(scores.size());
    add(mean.ssim, score.ssim);
    add(mean.psnrLuma, score.psnrLuma);
    add(mean.ssimLuma, score.ssimLuma);
    add(mean.psnrBlocks, score.psnrBlocks);
  }
  return mean;
}

}  // namespace heirloom::core
