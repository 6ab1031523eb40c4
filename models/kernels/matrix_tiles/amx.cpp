#include "models/kernels/amx.h"
#include "models/kernels/matrix_tiles/band.h"
#include "models/kernels/simd/avx512.h"
#include "models/kernels/simd/ended.h"

namespace heirloom::models::matrix_tiles {
namespace {

constexpr std::int64_t kTileValues = 512;  // of weights
static_assert(kPixels == amx::kTileRows && kColumns == 2 * amx::kTileColumns && kDepth == amx::kTileDepth);

/// 16 pixels of a row: their upper left neighbours, and where they lie.
struct Place {
  const std::uint16_t* pixels;
  int y;
  int x;
};

inline Place placeOf(const Band& band, int tile) {
  const int y = tile / band.across();
  const int x = tile % band.across() * kPixels;
  return {band.rows + y * band.rowValues + std::int64_t{x} * band.pixelValues(), y, x};
}

/// Sums of two places (or one) and two tiles of output channels (or one): [place][pixel][kColumns].
template <bool twoPlaces, bool twoColumns>
inline void multiply(const Band& band, const std::uint16_t* first, const std::uint16_t* second,
                     const std::uint16_t* weights, float* sums) {
  using Sums = amx::Sums<twoPlaces, twoColumns>;
  const std::int64_t pixel = band.pixelValues() * std::int64_t{sizeof(std::uint16_t)};
  Sums::clear();
  for (int row = 0; row < 3; ++row, first += band.rowValues, second += band.rowValues) {
    for (int step = 0; step < band.steps(); ++step, weights += 2 * kTileValues) {
      Sums::add({first + step * kDepth, pixel}, {second + step * kDepth, pixel}, {weights, 64},
                {weights + kTileValues, 64});
    }
  }
  Sums::store(sums, kColumns);
}

inline void store(Avx512 value, std::uint16_t* to, int valid) {
  const __m256bh narrow = _mm512_cvtneps_pbh(value.value);
  _mm256_mask_storeu_epi16(to, Avx512::first(valid), reinterpret_cast<__m256i>(narrow));
}

/// Writes the 16 pixels of a place, as far as they exist, in 16 output channels, of which `valid` exist.
template <Ending ending, bool hasResidual>
inline void finish(const Band& band, const Place& place, int channel, int valid, const float* sums) {
  const int pixels = band.width - place.x < kPixels ? band.width - place.x : kPixels;
  const Avx512 bias = Avx512::load(band.bias + channel);
  const Avx512 slope = band.slopes ? Avx512::loadFirst(band.slopes + channel, valid) : Avx512::all(band.negativeSlope);
  std::uint16_t* to = band.output.data + place.y * band.output.row + place.x * band.output.pixel + channel;
  const std::uint16_t* from = nullptr;
  if constexpr (hasResidual)
    from = band.residual.data + place.y * band.residual.row + place.x * band.residual.pixel + channel;
  for (int pixel = 0; pixel < pixels; ++pixel, sums += kColumns, to += band.output.pixel) {
    Avx512 other = bias;
    if constexpr (hasResidual) other = Avx512::loadFirst(from + pixel * band.residual.pixel, valid);
    store(ended<Avx512, ending, hasResidual>(Avx512::load(sums) + bias, slope, other), to, valid);
  }
}

template <Ending ending, bool hasResidual>
void convolve(const Band& band, int firstChunk, int chunks, float* sums) {
  const int tiles = band.height * band.across();
  for (int tile = 0; tile < tiles; tile += 2) {
    const bool twoPlaces = tile + 1 < tiles;
    const Place places[2] = {placeOf(band, tile), placeOf(band, twoPlaces ? tile + 1 : tile)};
    for (int chunk = firstChunk; chunk < firstChunk + chunks; ++chunk) {
      const int left = band.out - chunk * kColumns;
      const bool twoColumns = left > amx::kTileColumns;
      const auto product = twoColumns ? (twoPlaces ? multiply<true, true> : multiply<false, true>)
                                      : (twoPlaces ? multiply<true, false> : multiply<false, false>);
      product(band, places[0].pixels, places[1].pixels, band.weights + chunk * band.valuesOfChunk(), sums);
      for (int place = 0; place <= (twoPlaces ? 1 : 0); ++place) {
        for (int column = 0; column <= (twoColumns ? 1 : 0); ++column) {
          const int channel = chunk * kColumns + column * amx::kTileColumns;
          const int valid = band.out - channel < amx::kTileColumns ? band.out - channel : amx::kTileColumns;
          finish<ending, hasResidual>(band, places[place], channel, valid,
                                      sums + place * kPixels * kColumns + column * amx::kTileColumns);
        }
      }
    }
  }
}

}  // namespace

void convolveAmx(const Band& band, int firstChunk, int chunks, float* sums) {
  const amx::Tiles tiles;
  const auto run = [&](auto plain, auto added) {
    (band.residual.data ? added : plain)(band, firstChunk, chunks, sums);
  };
  switch (band.ending) {
    case Ending::Kept:
      run(convolve<Ending::Kept, false>, convolve<Ending::Kept, true>);
      break;
    case Ending::Relu:
      run(convolve<Ending::Relu, false>, convolve<Ending::Relu, true>);
      break;
    case Ending::Scaled:
      run(convolve<Ending::Scaled, false>, convolve<Ending::Scaled, true>);
      break;
    case Ending::Silu:
      run(convolve<Ending::Silu, false>, convolve<Ending::Silu, true>);
      break;
    case Ending::Gated:
      convolve<Ending::Gated, true>(band, firstChunk, chunks, sums);
      break;
  }
}

}  // namespace heirloom::models::matrix_tiles
