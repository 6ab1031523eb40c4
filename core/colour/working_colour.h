#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "core/photo/raster.h"
#include "models/common/message.h"

namespace heirloom::core {

/// The way from a photo's own colours to the working colour and back. Working colour is sRGB-encoded float32, not
/// clamped: 0..1 is the sRGB gamut, what lies outside is wide gamut and highlights. Grey stays one band (sRGB's curve).
/// Immutable; used by many threads at once.
class WorkingColour {
 public:
  /// `profile` empty: sRGB, its curve for grey, the library's default profile for CMYK. A profile that does not parse
  /// or does not fit the model is treated as absent and named in `warnings`.
  WorkingColour(ColourModel model, std::span<const std::byte> profile);
  ~WorkingColour();

  int bands() const;        // of the working colour: 1 or 3
  bool isIdentity() const;  // the file's samples are working colour already (sRGB, to half an 8-bit code value)
  const std::vector<Message>& warnings() const;

  /// `file`: pixels of colourBands(model) interleaved floats in 0..1 (CMYK: ink); `working`: bands() interleaved
  /// floats.
  void toWorking(std::span<const float> file, std::span<float> working) const;
  void fromWorking(std::span<const float> working, std::span<float> file) const;

  /// What `fromWorking` cannot know, because many mixes of inks are one colour: how the photo itself mixed. `file`
  /// holds the photo's own samples and `before` what `toWorking` made of them; only the change from `before` to `after`
  /// is applied, so that where they are equal `file` stays as it is, bit for bit. Results lie in 0..1 where `file` did,
  /// except where the file's samples are working colour already: there `file` becomes `after`.
  void applyChange(std::span<const float> before, std::span<const float> after, std::span<float> file) const;

 private:
  struct Transforms;
  std::unique_ptr<const Transforms> transforms_;
};

/// For the screen: a photo's own colours to a display profile (8-bit), relative colorimetric with black-point
/// compensation.
class DisplayTransform {
 public:
  /// `display` empty: sRGB.
  DisplayTransform(ColourModel model, std::span<const std::byte> profile, std::span<const std::byte> display);
  ~DisplayTransform();
  /// Deeper samples are rounded to 8 bits first: LittleCMS is exact and fast there, and neither for 16 bits.
  /// `source` row samples of the raster (without alpha handling: alpha is composited over `checker` by the viewer);
  /// writes `width` BGRA pixels (alpha 255, or the photo's alpha), 8 bit.
  void apply(const Raster& raster, const Box& box, std::span<std::byte> bgra, std::size_t bytesPerLine) const;

 private:
  struct Transforms;
  std::unique_ptr<const Transforms> transforms_;
};

}  // namespace heirloom::core
