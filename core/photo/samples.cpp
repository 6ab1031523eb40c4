#include <algorithm>
#include <cstring>
#include <limits>

#include "core/photo/raster.h"

namespace heirloom::core {
namespace {

template <typename T>
void widen(const T* __restrict from, float* __restrict to, std::size_t count) {
  // Divided, not multiplied by an inverse, so that the largest value is 1 exactly and each code has one float.
  constexpr float kMaximum = std::numeric_limits<T>::max();
  for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<float>(from[i]) / kMaximum;
}

template <typename T>
void narrow(const float* __restrict from, T* __restrict to, std::size_t count) {
  constexpr float kMaximum = std::numeric_limits<T>::max();
  // Adding and subtracting 1.5 * 2^23 rounds half to even without a call, so that the loop becomes vector code.
  constexpr float kRound = 12582912.0f;
  for (std::size_t i = 0; i < count; ++i) {
    const float scaled = from[i] * kMaximum;
    // In this order NaN becomes 0.
    const float low = scaled > 0.0f ? scaled : 0.0f;
    const float clamped = low < kMaximum ? low : kMaximum;
    to[i] = static_cast<T>(static_cast<std::int32_t>((clamped + kRound) - kRound));
  }
}

}  // namespace

void toFloat(const Raster& raster, const Box& box, std::span<float> interleaved) {
  const auto bands = static_cast<std::size_t>(raster.layout().bands());
  const std::size_t count = static_cast<std::size_t>(box.width) * bands;
  const std::size_t first = static_cast<std::size_t>(box.x) * bands;
  for (std::int64_t y = 0; y < box.height; ++y) {
    float* to = interleaved.data() + static_cast<std::size_t>(y) * count;
    switch (raster.layout().type) {
      case SampleType::UInt8:
        widen(raster.samples<std::uint8_t>(box.y + y).data() + first, to, count);
        break;
      case SampleType::UInt16:
        widen(raster.samples<std::uint16_t>(box.y + y).data() + first, to, count);
        break;
      case SampleType::Float32:
        std::memcpy(to, raster.samples<float>(box.y + y).data() + first, count * sizeof(float));
        break;
    }
  }
}

void fromFloat(std::span<const float> interleaved, const Box& box, Raster& raster) {
  const auto bands = static_cast<std::size_t>(raster.layout().bands());
  const std::size_t count = static_cast<std::size_t>(box.width) * bands;
  const std::size_t first = static_cast<std::size_t>(box.x) * bands;
  for (std::int64_t y = 0; y < box.height; ++y) {
    const float* from = interleaved.data() + static_cast<std::size_t>(y) * count;
    switch (raster.layout().type) {
      case SampleType::UInt8:
        narrow(from, raster.samples<std::uint8_t>(box.y + y).data() + first, count);
        break;
      case SampleType::UInt16:
        narrow(from, raster.samples<std::uint16_t>(box.y + y).data() + first, count);
        break;
      case SampleType::Float32:
        std::memcpy(raster.samples<float>(box.y + y).data() + first, from, count * sizeof(float));
        break;
    }
  }
}

}  // namespace heirloom::core
