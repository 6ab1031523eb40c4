#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace heirloom::core {

enum class SampleType { UInt8, UInt16, Float32 };
enum class ColourModel { Grey, Rgb, Cmyk };

std::size_t sampleSize(SampleType type);
int colourBands(ColourModel model);  // 1, 3, 4

struct Box {
  std::int64_t x = 0;
  std::int64_t y = 0;
  std::int64_t width = 0;
  std::int64_t height = 0;
  bool operator==(const Box&) const = default;
};

/// What a raster's samples mean. CMYK samples are stored as libvips gives them: 0 = no ink, maximum = full ink.
struct Layout {
  std::int64_t width = 0;
  std::int64_t height = 0;
  ColourModel model = ColourModel::Rgb;
  bool alpha = false;  // one more band, the last; not premultiplied
  SampleType type = SampleType::UInt8;

  int bands() const { return colourBands(model) + (alpha ? 1 : 0); }
  std::size_t rowBytes() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(bands()) * sampleSize(type);
  }
  std::uint64_t bytes() const { return rowBytes() * static_cast<std::uint64_t>(height); }
  bool operator==(const Layout&) const = default;
};

/// A file's own samples, rows of interleaved bands. Lies in memory, or above a threshold in an unlinked scratch file
/// that is mapped, so that the system can take its pages back. Reading from many threads is safe; writing is the
/// maker's business.
class Raster {
 public:
  /// Zero-filled. Throws Error when neither memory nor scratch disk can hold it, with both figures.
  explicit Raster(const Layout& layout);
  ~Raster();
  Raster(const Raster&) = delete;
  Raster& operator=(const Raster&) = delete;

  const Layout& layout() const { return layout_; }
  std::int64_t width() const { return layout_.width; }
  std::int64_t height() const { return layout_.height; }

  std::span<std::byte> row(std::int64_t y);
  std::span<const std::byte> row(std::int64_t y) const;

  /// The row as samples; T must be the layout's type.
  template <typename T>
  std::span<T> samples(std::int64_t y) {
    return {reinterpret_cast<T*>(row(y).data()), row(y).size() / sizeof(T)};
  }
  template <typename T>
  std::span<const T> samples(std::int64_t y) const {
    return {reinterpret_cast<const T*>(row(y).data()), row(y).size() / sizeof(T)};
  }

 private:
  Layout layout_;
  std::byte* data_ = nullptr;
  bool mapped_ = false;
};

/// Samples of `box` as float32 in 0..1 (integers divided by their maximum; floats as they are), interleaved as in the
/// raster.
void toFloat(const Raster& raster, const Box& box, std::span<float> interleaved);

/// The inverse: integers are clamped and rounded half to even, floats stored as they are.
void fromFloat(std::span<const float> interleaved, const Box& box, Raster& raster);

}  // namespace heirloom::core
