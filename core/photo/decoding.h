#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "core/photo/photo.h"
#include "core/photo/vips_image.h"

namespace heirloom::core {

/// A decoder gave up. Not an Error yet: the caller may try again and accept the damage.
class Damaged {
 public:
  explicit Damaged(std::string cause) : cause_(std::move(cause)) {}
  const std::string& cause() const { return cause_; }
  Error error() const;

 private:
  std::string cause_;
};

/// One picture on its way out of a file through libvips. The constructor reads the header only.
class Decoding {
 public:
  enum class Damage { Refuse, Accept };

  /// `orientation` as in EXIF, 1..8; 0 leaves it to the decoder. Throws Damaged, or Error for samples that we do not
  /// hold.
  Decoding(int descriptor, FileFormat format, Damage damage, int orientation);

  FileFormat format() const { return format_; }
  int pages() const { return pages_; }
  int orientation() const { return orientation_; }
  const Layout& layout() const { return layout_; }  // before turning

  /// Decodes: raster, profile, resolution and warnings; upright. Once only. Throws Damaged or Error.
  Photo photo();

 private:
  void convertSamples();
  void readProfile(Photo& photo) const;

  FileFormat format_;
  int orientation_ = 1;
  int pages_ = 1;
  Layout layout_;
  std::vector<Message> warnings_;
  VipsPointer<VipsSource> source_;
  VipsPointer<VipsImage> image_;
};

/// Whether the coding of the file lost nothing, as far as its headers tell.
bool codedWithoutLoss(FileFormat format, std::span<const std::byte> file);

}  // namespace heirloom::core
