#include "core/engine/tile_colours.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>

namespace heirloom::core {
namespace {

constexpr std::int64_t kRowsAtOnce = 16;
constexpr std::int64_t kPixelsAtOnce = 1 << 14;

float luma(const float* rgb) {
  return 0.299F * rgb[0] + 0.587F * rgb[1] + 0.114F * rgb[2];
}

/// NaN becomes 0: a network must never see it, or it spreads as far as the network looks.
float clampedToUnit(float value) {
  return value > 0 ? std::min(value, 1.0F) : 0.0F;
}

/// What the network is shown of one pixel in working colour.
void show(const float* working, int bands, float* shown, int channels) {
  if (bands == channels) {
    for (int i = 0; i < bands; ++i) shown[i] = clampedToUnit(working[i]);
  } else if (bands == 3) {
    const float clamped[3] = {clampedToUnit(working[0]), clampedToUnit(working[1]), clampedToUnit(working[2])};
    shown[0] = luma(clamped);
  } else {
    std::fill(shown, shown + channels, clampedToUnit(working[0]));
  }
}

/// The network's result of one pixel as working colour, `clamped` being the pixel before (used for the chroma it
/// keeps).
void take(const float* result, int channels, const float* clamped, float* working, int bands) {
  if (bands == channels) {
    for (int i = 0; i < bands; ++i) working[i] = result[i];
  } else if (bands == 3) {
    const float change = result[0] - luma(clamped);
    for (int i = 0; i < 3; ++i) working[i] = clamped[i] + change;
  } else {
    working[0] = luma(result);
  }
}

std::span<float> rowsOf(std::vector<float>& samples, std::int64_t begin, std::int64_t end, int bands) {
  return std::span(samples).subspan(static_cast<std::size_t>(begin * bands),
                                    static_cast<std::size_t>((end - begin) * bands));
}

std::vector<float> sized(std::int64_t pixels, int bands) {
  return std::vector<float>(static_cast<std::size_t>(pixels * bands));
}

std::vector<float> samplesOf(const Raster& raster, const Box& box) {
  const int bands = raster.layout().bands();
  std::vector<float> samples = sized(box.width * box.height, bands);
  at::parallel_for(0, box.height, kRowsAtOnce, [&](std::int64_t begin, std::int64_t end) {
    toFloat(raster, {box.x, box.y + begin, box.width, end - begin},
            rowsOf(samples, begin * box.width, end * box.width, bands));
  });
  return samples;
}

/// `weight` of `after` over `before`: the very one of the two where it is 0 or 1, whatever the other is.
float mixed(float before, float after, float weight) {
  return weight == 1 ? after : weight == 0 ? before : before + weight * (after - before);
}

}  // namespace

TileColours::TileColours(const Raster& source, const WorkingColour& colour, int networkChannels, int scale,
                         double strength, const Raster* mask)
    : source_(source),
      colour_(colour),
      channels_(networkChannels),
      scale_(scale),
      strength_(static_cast<float>(strength)),
      mask_(mask),
      colours_(colourBands(source.layout().model)),
      enlargement_(source.width(), source.height(), scale) {}

bool TileColours::straight() const {
  const Layout& layout = source_.layout();
  return colour_.isIdentity() && !layout.alpha && layout.bands() == channels_ && layout.type != SampleType::Float32;
}

std::vector<float> TileColours::weightsOf(const Box& from, const Box& target) const {
  if (!mask_) return {};
  std::vector<float> weights = enlargement_(samplesOf(*mask_, from), 1, target);
  for (float& weight : weights) weight = strength_ * clampedToUnit(weight);
  return weights;
}

std::vector<float> TileColours::coloursOf(const std::vector<float>& samples, std::int64_t begin,
                                          std::int64_t end) const {
  const int bands = source_.layout().bands();
  std::vector<float> colours = sized(end - begin, colours_);
  for (std::int64_t i = begin; i < end; ++i) {
    std::copy_n(samples.data() + i * bands, colours_, colours.data() + (i - begin) * colours_);
  }
  return colours;
}

at::Tensor TileColours::shown(const Box& box) const {
  at::Tensor tensor = at::empty({1, box.height, box.width, channels_}, at::kFloat);
  float* target = tensor.data_ptr<float>();
  const int bands = source_.layout().bands();
  const int workingBands = colour_.bands();
  at::parallel_for(0, box.height, kRowsAtOnce, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t pixels = (end - begin) * box.width;
    const Box rows{box.x, box.y + begin, box.width, end - begin};
    float* out = target + begin * box.width * channels_;
    if (straight()) {
      toFloat(source_, rows, std::span(out, static_cast<std::size_t>(pixels * channels_)));
      return;
    }
    std::vector<float> samples = sized(pixels, bands);
    toFloat(source_, rows, samples);
    if (source_.layout().alpha) samples = coloursOf(samples, 0, pixels);
    std::vector<float> from = sized(pixels, workingBands);
    colour_.toWorking(samples, from);
    for (std::int64_t i = 0; i < pixels; ++i)
      show(from.data() + i * workingBands, workingBands, out + i * channels_, channels_);
  });
  return tensor.permute({0, 3, 1, 2});
}

std::span<const float> TileColours::finished(const Box& box, const at::Tensor& result,
                                             std::vector<float>& buffer) const {
  const float* network = result.const_data_ptr<float>();
  if (straight() && strength_ == 1 && !mask_) return {network, static_cast<std::size_t>(result.numel())};

  // Per source pixel: the file's samples, the same in working colour, what the network saw of them.
  const Box target{box.x * scale_, box.y * scale_, box.width * scale_, box.height * scale_};
  const Box from = enlargement_.sourceOf(target);
  const int bands = source_.layout().bands();
  const int workingBands = colour_.bands();
  const std::int64_t sourcePixels = from.width * from.height;
  std::vector<float> samples = samplesOf(source_, from);
  std::vector<float> before = sized(sourcePixels, workingBands);
  std::vector<float> clamped = sized(sourcePixels, workingBands);
  at::parallel_for(0, sourcePixels, kPixelsAtOnce, [&](std::int64_t begin, std::int64_t end) {
    const std::vector<float> colours = coloursOf(samples, begin, end);
    const std::span<float> working = rowsOf(before, begin, end, workingBands);
    colour_.toWorking(colours, working);
    std::ranges::transform(working, clamped.begin() + begin * workingBands, clampedToUnit);
  });
  if (scale_ > 1) {
    samples = enlargement_(samples, bands, target);
    before = enlargement_(before, workingBands, target);
    clamped = enlargement_(clamped, workingBands, target);
  }

  const std::vector<float> weights = weightsOf(from, target);
  const std::int64_t pixels = target.width * target.height;
  buffer.resize(static_cast<std::size_t>(pixels * bands));
  at::parallel_for(0, pixels, kPixelsAtOnce, [&](std::int64_t begin, std::int64_t end) {
    const std::span<const float> own = rowsOf(before, begin, end, workingBands);
    std::vector<float> after = sized(end - begin, workingBands);
    for (std::int64_t i = begin; i < end; ++i) {
      float* pixel = after.data() + (i - begin) * workingBands;
      take(network + i * channels_, channels_, clamped.data() + i * workingBands, pixel, workingBands);
      for (int band = 0; band < workingBands; ++band) {
        const std::int64_t at = i * workingBands + band;
        pixel[band] += before[at] - clamped[at];  // what clamping took
      }
    }
    std::vector<float> colours = coloursOf(samples, begin, end);
    colour_.applyChange(own, after, colours);
    for (std::int64_t i = begin; i < end; ++i) {
      float* out = buffer.data() + i * bands;
      const float* source = samples.data() + i * bands;
      const float weight = weights.empty() ? strength_ : weights[i];
      for (int band = 0; band < colours_; ++band)
        out[band] = mixed(source[band], colours[(i - begin) * colours_ + band], weight);
      // Bicubic enlargement overshoots at the edge of a cut-out.
      if (bands > colours_) out[colours_] = scale_ == 1 ? source[colours_] : clampedToUnit(source[colours_]);
    }
  });
  return buffer;
}

}  // namespace heirloom::core
