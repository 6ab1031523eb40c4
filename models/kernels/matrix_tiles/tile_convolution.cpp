#include "models/kernels/matrix_tiles/tile_convolution.h"

#include <ATen/Parallel.h>

#include <algorithm>

#include "models/kernels/matrix_tiles/band.h"
#include "models/kernels/processor.h"
#include "models/kernels/scratch.h"

namespace heirloom::models {
namespace {

using namespace matrix_tiles;

/// Of a band and of the weights that are read for each of its tiles: together they stay in the second cache of a core,
/// but for pictures so wide that kFewestRows are more.
constexpr std::int64_t kBandValues = 256 * 1024;
constexpr std::int64_t kWeightValues = 384 * 1024;
constexpr std::int64_t kFewestRows = 4;

using Sample = std::uint16_t;

/// The band's rows and the two around them, of which those outside the picture are zero.
void copyRows(const Band& band, const Pixels<const Sample>& image, int first, int height, Sample* to) {
  const int pixelValues = band.pixelValues();
  for (int y = first - 1; y <= first + band.height; ++y, to += band.rowValues) {
    if (y < 0 || y >= height) {
      std::fill_n(to, band.rowValues, Sample{0});
      continue;
    }
    const Sample* from = image.data + y * image.row;
    Sample* pixel = std::fill_n(to, pixelValues, Sample{0});
    if (image.pixel == band.in && band.in == pixelValues) {
      pixel = std::copy_n(from, std::int64_t{band.width} * pixelValues, pixel);
    } else {
      for (int x = 0; x < band.width; ++x, from += image.pixel)
        pixel = std::fill_n(std::copy_n(from, band.in, pixel), pixelValues - band.in, Sample{0});
    }
    std::fill(pixel, to + band.rowValues, Sample{0});
  }
}

template <class T>
Pixels<T> startingAt(Pixels<T> pixels, std::int64_t image, std::int64_t row) {
  if (pixels.data) pixels.data += image * pixels.image + row * pixels.row;
  return pixels;
}

/// The band at rows `first` and on: in groups of chunks whose weights stay in the cache from tile to tile.
void convolve(const Band& band, float* sums) {
  const int chunks = band.chunks();
  const auto together = static_cast<int>(std::clamp<std::int64_t>(kWeightValues / band.valuesOfChunk(), 1, chunks));
  for (int chunk = 0; chunk < chunks; chunk += together)
    convolveAmx(band, chunk, std::min(together, chunks - chunk), sums);
}

}  // namespace

bool matrixTilesServe(int in, int out) {
  return processor().amxBf16 && in >= 8 && out >= 8;
}

MatrixTileWeights::MatrixTileWeights(const at::Tensor& weight, const at::Tensor& bias)
    : ConvolutionWeights("MatrixTileWeights", weight, bias, kColumns) {
  const Band band{.in = in(), .out = out()};
  const std::int64_t chunks = band.chunks(), pixel = band.pixelValues();
  const at::Tensor rows = at::zeros({chunks * kColumns, 3, std::int64_t{band.steps()} * kDepth}, at::kBFloat16);
  rows.narrow(0, 0, out())
      .narrow(2, 0, 3 * pixel)
      .unflatten(2, {3, pixel})
      .narrow(3, 0, in())
      .copy_(weight.permute({0, 2, 3, 1}));
  // chunk, tile, output, row, step, pair, 2 -> chunk, row, step, tile, pair, output, 2
  weights_ =
      rows.view({chunks, 2, kPixels, 3, band.steps(), kDepth / 2, 2}).permute({0, 3, 4, 1, 5, 2, 6}).contiguous();
}

std::int64_t MatrixTileWeights::bytes(int in, int out) {
  const Band band{.in = in, .out = out};
  return band.chunks() * band.valuesOfChunk() * static_cast<std::int64_t>(sizeof(Sample));
}

at::Tensor tileConvolution(const at::Tensor& x, const MatrixTileWeights& weights, const ConvolutionEnding& ending) {
  TORCH_CHECK(x.dim() == 4, "tileConvolution: expected N C H W, found ", x.sizes());
  at::Tensor result = at::empty({x.size(0), weights.out(), x.size(2), x.size(3)},
                                x.options().memory_format(at::MemoryFormat::ChannelsLast));
  tileConvolutionInto(result, x, weights, ending);
  return result;
}

void tileConvolutionInto(at::Tensor& result, const at::Tensor& x, const MatrixTileWeights& weights,
                         const ConvolutionEnding& ending) {
  requireFitting("tileConvolution", result, x, weights.in(), weights.out(), ending, {at::kBFloat16});
  TORCH_CHECK(matrixTilesServe(weights.in(), weights.out()), "tileConvolution: not on this processor");
  if (result.numel() == 0) return;

  const at::Tensor input = withChannelsSideBySide(x);
  const at::Tensor added = ending.residual ? withChannelsSideBySide(*ending.residual) : at::Tensor();
  const Pixels<const Sample> pixels = pixelsOf(static_cast<const Sample*>(input.const_data_ptr()), input);
  const Pixels<Sample> output = pixelsOf(static_cast<Sample*>(result.data_ptr()), result);
  Pixels<const Sample> residual;
  if (added.defined()) residual = pixelsOf(static_cast<const Sample*>(added.const_data_ptr()), added);

  const auto height = static_cast<int>(x.size(2));
  Band layer{.width = static_cast<int>(x.size(3)),
             .in = weights.in(),
             .out = weights.out(),
             .weights = weights.weights(),
             .bias = weights.bias(),
             .ending = ending.loop(),
             .negativeSlope = static_cast<float>(ending.negativeSlope),
             .slopes = ending.slopes.defined() ? ending.slopes.const_data_ptr<float>() : nullptr};
  layer.rowValues = (layer.valuesOfRow() + 31) / 32 * 32;  // every row begins a cache line
  const std::int64_t forEach = (x.size(0) * height + at::get_num_threads() - 1) / at::get_num_threads();
  const std::int64_t atMost = std::min<std::int64_t>(forEach, height);
  const auto most =
      static_cast<int>(std::clamp(kBandValues / layer.rowValues - 2, std::min(kFewestRows, atMost), atMost));
  const std::int64_t bands = (height + most - 1) / most;
  at::parallel_for(0, x.size(0) * bands, 1, [&](std::int64_t begin, std::int64_t end) {
    const Scratch<Sample> rows((most + 2) * layer.rowValues);
    const Scratch<float> sums(std::int64_t{2} * kPixels * kColumns);
    for (std::int64_t item = begin; item < end; ++item) {
      const std::int64_t image = item / bands;
      const auto first = static_cast<int>(item % bands) * most;
      Band band = layer;
      band.height = std::min(most, height - first);
      band.rows = rows.data();
      band.output = startingAt(output, image, first);
      band.residual = startingAt(residual, image, first);
      copyRows(band, startingAt(pixels, image, 0), first, height, rows.data());
      convolve(band, sums.data());
    }
  });
}

}  // namespace heirloom::models
