#include "core/photo/encoding.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/photo/jp2_boxes.h"
#include "core/photo/vips_image.h"
#include "models/common/atomic_file.h"

namespace heirloom::core {
namespace {

constexpr int kUsualQuality = 95;
constexpr double kUsualResolution = 72 / 25.4;  // for formats that must name one

VipsInterpretation interpretationOf(const Layout& layout) {
  const bool deep = layout.type == SampleType::UInt16;
  switch (layout.model) {
    case ColourModel::Grey:
      return deep ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_B_W;
    case ColourModel::Cmyk:
      return VIPS_INTERPRETATION_CMYK;
    case ColourModel::Rgb:
      break;
  }
  // Float samples are sRGB-encoded like all others; libvips' name for linear ones would make it convert.
  return deep ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB;
}

VipsBandFormat bandFormat(SampleType type) {
  switch (type) {
    case SampleType::UInt8:
      return VIPS_FORMAT_UCHAR;
    case SampleType::UInt16:
      return VIPS_FORMAT_USHORT;
    case SampleType::Float32:
      break;
  }
  return VIPS_FORMAT_FLOAT;
}

/// The raster as libvips sees it: its own memory, which must outlive the image.
VipsPointer<VipsImage> imageOf(const Photo& photo, const Converted& converted) {
  const Raster& raster = *converted.raster;
  const Layout& layout = raster.layout();
  VipsImage* memory =
      vips_image_new_from_memory(raster.row(0).data(), layout.bytes(), static_cast<int>(layout.width),
                                 static_cast<int>(layout.height), layout.bands(), bandFormat(layout.type));
  const VipsPointer<VipsImage> owned(memory);
  VipsImage* copy = nullptr;
  const double x = photo.pixelsPerMillimetreX > 0 ? photo.pixelsPerMillimetreX : kUsualResolution;
  const double y = photo.pixelsPerMillimetreY > 0 ? photo.pixelsPerMillimetreY : kUsualResolution;
  if (!memory ||
      vips_copy(memory, &copy, "interpretation", interpretationOf(layout), "xres", x, "yres", y, nullptr) != 0) {
    throw std::bad_alloc();
  }
  VipsPointer<VipsImage> image(copy);
  if (!converted.iccProfile.empty()) {
    vips_image_set_blob_copy(copy, VIPS_META_ICC_NAME, converted.iccProfile.data(), converted.iccProfile.size());
  }
  return image;
}

int qualityFor(const Photo& photo, const WriteOptions& options) {
  if (options.quality) return std::clamp(*options.quality, 1, 100);
  const bool fromJpeg = photo.format == FileFormat::Jpeg && options.format == FileFormat::Jpeg;
  return fromJpeg && photo.jpegQuality > 0 ? photo.jpegQuality : kUsualQuality;
}

bool subsamplesFor(const Photo& photo, const WriteOptions& options) {
  if (photo.format == FileFormat::Jpeg && !options.quality) return photo.jpegSubsampled;
  return qualityFor(photo, options) < 90;
}

int save(VipsImage* image, VipsTarget* target, const Photo& photo, const WriteOptions& options, bool big) {
  const int quality = qualityFor(photo, options);
  const bool subsamples = subsamplesFor(photo, options);
  const VipsForeignSubsample chroma = subsamples ? VIPS_FOREIGN_SUBSAMPLE_ON : VIPS_FOREIGN_SUBSAMPLE_OFF;
  const gboolean lossless = options.lossless;
  switch (options.format) {
    case FileFormat::Jpeg:
      return vips_jpegsave_target(image, target, "Q", quality, "subsample_mode", chroma, nullptr);
    case FileFormat::Png:
      // Level 6 takes five times as long and makes photographs a few percent smaller.
      return vips_pngsave_target(image, target, "compression", 2, "filter", VIPS_FOREIGN_PNG_FILTER_SUB, nullptr);
    case FileFormat::Tiff: {
      const bool floats = image->BandFmt == VIPS_FORMAT_FLOAT;
      const VipsForeignTiffPredictor predictor =
          floats ? VIPS_FOREIGN_TIFF_PREDICTOR_FLOAT : VIPS_FOREIGN_TIFF_PREDICTOR_HORIZONTAL;
      return vips_tiffsave_target(image, target, "compression", VIPS_FOREIGN_TIFF_COMPRESSION_LZW, "predictor",
                                  predictor, "bigtiff", static_cast<gboolean>(big), nullptr);
    }
    case FileFormat::WebP:
      return vips_webpsave_target(image, target, "Q", quality, "lossless", lossless, nullptr);
    case FileFormat::JpegXl:
      // Effort 4 takes five times as long without loss, again for a few percent.
      return vips_jxlsave_target(image, target, "Q", quality, "lossless", lossless, "effort", lossless ? 3 : 4,
                                 nullptr);
    case FileFormat::Jpeg2000:
      return vips_jp2ksave_target(image, target, "Q", quality, "lossless", lossless, "subsample_mode", chroma, nullptr);
    default:
      return -1;
  }
}

}  // namespace

void encode(const Photo& photo, const Converted& converted, const WriteOptions& options, AtomicFile& file) {
  const VipsPointer<VipsImage> image = imageOf(photo, converted);
  // OpenJPEG waits for ever when a write fails, so that it writes into memory, where none does.
  const bool inMemory = options.format == FileFormat::Jpeg2000;
  const VipsPointer<VipsTarget> target(inMemory ? vips_target_new_to_memory()
                                                : vips_target_new_to_descriptor(file.descriptor()));
  errno = 0;
  const bool big = needsBigTiff(converted.raster->layout());
  if (!target || save(image.get(), target.get(), photo, options, big) != 0) {
    const int code = errno;
    const std::string cause = takeVipsError();
    // Some encoders clean up so much that errno is gone; what the system said stands in libvips' words then.
    for (const int full : {ENOSPC, EFBIG, EDQUOT}) {
      if (code == full || cause.find(std::strerror(full)) != cause.npos) throw cannotWrite(full);
    }
    throw Error(HEIRLOOM_TEXT("photo.notEncoded", "it cannot be coded as %1: %2")
                    .with(std::string(traits(options.format).name), cause),
                HEIRLOOM_TEXT("photo.chooseAnother", "choose another format"));
  }
  if (!inMemory) return;
  VipsBlob* blob = nullptr;
  g_object_get(target.get(), "blob", &blob, nullptr);
  const std::unique_ptr<VipsArea, void (*)(VipsArea*)> owned(VIPS_AREA(blob), &vips_area_unref);
  std::size_t size = 0;
  const auto* bytes = static_cast<const std::byte*>(vips_blob_get(blob, &size));
  file.replaceContents(withJp2Profile({bytes, size}, converted.raster->layout(), converted.iccProfile));
}

bool needsBigTiff(const Layout& layout) {
  // LZW may grow what does not compress by half.
  return layout.bytes() + layout.bytes() / 2 > 0xffff0000u;
}

}  // namespace heirloom::core
