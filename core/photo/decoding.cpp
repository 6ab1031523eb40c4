#include "core/photo/decoding.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <string_view>

#include "core/photo/heif_file.h"
#include "core/photo/jxl_boxes.h"
#include "core/photo/memory.h"
#include "core/photo/turning.h"

namespace heirloom::core {
namespace {

VipsPointer<VipsImage> load(VipsSource* source, FileFormat format, Decoding::Damage damage) {
  const VipsFailOn failOn = damage == Decoding::Damage::Accept ? VIPS_FAIL_ON_NONE : VIPS_FAIL_ON_ERROR;
  const VipsAccess access = VIPS_ACCESS_SEQUENTIAL;
  VipsImage* image = nullptr;
  int failed = -1;
  switch (format) {
    case FileFormat::Jpeg:
      failed = vips_jpegload_source(source, &image, "access", access, "fail_on", failOn, "unlimited", TRUE, nullptr);
      break;
    case FileFormat::Png:
      failed = vips_pngload_source(source, &image, "access", access, "fail_on", failOn, "unlimited", TRUE, nullptr);
      break;
    case FileFormat::Tiff:
      failed = vips_tiffload_source(source, &image, "access", access, "fail_on", failOn, nullptr);
      break;
    case FileFormat::WebP:
      failed = vips_webpload_source(source, &image, "access", access, "fail_on", failOn, nullptr);
      break;
    case FileFormat::Heif:
    case FileFormat::Avif:
      failed = vips_heifload_source(source, &image, "access", access, "fail_on", failOn, "unlimited", TRUE, nullptr);
      break;
    case FileFormat::JpegXl:
      failed = vips_jxlload_source(source, &image, "access", access, "fail_on", failOn, nullptr);
      break;
    case FileFormat::Jpeg2000:
      failed = vips_jp2kload_source(source, &image, "access", access, "fail_on", failOn, nullptr);
      break;
    case FileFormat::Gif:
      failed = vips_gifload_source(source, &image, "access", access, "fail_on", failOn, nullptr);
      break;
    case FileFormat::Raw:
      break;
  }
  if (failed) throw Damaged(takeVipsError());
  return VipsPointer<VipsImage>(image);
}

int integerOf(VipsImage* image, const char* name, int otherwise) {
  int value = otherwise;
  if (vips_image_get_typeof(image, name) == G_TYPE_INT && vips_image_get_int(image, name, &value) != 0)
    vips_error_clear();
  return value;
}

ColourModel modelOf(const VipsImage* image) {
  switch (vips_image_get_interpretation(image)) {
    case VIPS_INTERPRETATION_B_W:
    case VIPS_INTERPRETATION_GREY16:
      return ColourModel::Grey;
    case VIPS_INTERPRETATION_CMYK:
      return ColourModel::Cmyk;
    case VIPS_INTERPRETATION_sRGB:
    case VIPS_INTERPRETATION_RGB:
    case VIPS_INTERPRETATION_RGB16:
    case VIPS_INTERPRETATION_scRGB:
      return ColourModel::Rgb;
    default:
      // Float files say nothing; then the number of bands does.
      return image->Bands < 3 ? ColourModel::Grey : ColourModel::Rgb;
  }
}

void replace(VipsPointer<VipsImage>& image, int failed, VipsImage* next) {
  if (failed) throw Damaged(takeVipsError());
  image.reset(next);
}

/// Whether the first chunk with samples is one of the lossless coding; a profile lies before it.
bool webPKeepsSamples(std::span<const std::byte> file) {
  constexpr std::size_t kFileHeader = 12;  // "RIFF", size, "WEBP"
  constexpr std::size_t kChunkHeader = 8;  // type, size
  for (std::size_t at = kFileHeader; at + kChunkHeader <= file.size();) {
    const std::string_view type(reinterpret_cast<const char*>(file.data()) + at, 4);
    if (type == "VP8L" || type == "VP8 ") return type == "VP8L";
    std::size_t size = 0;
    for (std::size_t byte = at + kChunkHeader; byte-- > at + 4;)
      size = size << 8 | std::to_integer<std::size_t>(file[byte]);
    at += kChunkHeader + size + size % 2;
  }
  return false;
}

constexpr double kUnknownResolution = 1;  // libvips' value for a file that says nothing

}  // namespace

Error Damaged::error() const {
  return Error(
      HEIRLOOM_TEXT("photo.damaged", "the file is damaged or ends too early: %1").with(cause_),
      HEIRLOOM_TEXT("photo.acceptDamaged", "use another copy, or --accept-damaged to take what can be decoded"));
}

Decoding::Decoding(int descriptor, FileFormat format, Damage damage, int orientation)
    : format_(format), orientation_(std::clamp(orientation, 1, 8)) {
  source_.reset(vips_source_new_from_descriptor(descriptor));
  if (!source_) throw Damaged(takeVipsError());
  if (vips_source_rewind(source_.get()) != 0) throw Damaged(takeVipsError());
  image_ = load(source_.get(), format, damage);
  pages_ = std::max(1, integerOf(image_.get(), VIPS_META_N_PAGES, 1));
  if (orientation == 0) orientation_ = std::clamp(integerOf(image_.get(), VIPS_META_ORIENTATION, 1), 1, 8);
  if (pages_ > 1) {
    warnings_.push_back(
        HEIRLOOM_TEXT("photo.firstPageOnly", "it holds %1 pictures; the first was taken").with(std::to_string(pages_)));
  }
  convertSamples();
  layout_ = {.width = image_->Xsize,
             .height = image_->Ysize,
             .model = modelOf(image_.get()),
             .alpha = image_->Bands > colourBands(modelOf(image_.get())),
             .type = image_->BandFmt == VIPS_FORMAT_UCHAR    ? SampleType::UInt8
                     : image_->BandFmt == VIPS_FORMAT_USHORT ? SampleType::UInt16
                                                             : SampleType::Float32};
}

/// libvips' many kinds of samples become the three that a raster holds.
void Decoding::convertSamples() {
  VipsImage* next = nullptr;
  const VipsInterpretation meaning = vips_image_get_interpretation(image_.get());
  if (meaning == VIPS_INTERPRETATION_LAB || meaning == VIPS_INTERPRETATION_LABS ||
      meaning == VIPS_INTERPRETATION_LABQ) {
    warnings_.push_back(HEIRLOOM_TEXT("photo.labToSrgb", "its Lab colours were converted to 16-bit sRGB"));
    replace(image_, vips_colourspace(image_.get(), &next, VIPS_INTERPRETATION_RGB16, nullptr), next);
    vips_image_remove(image_.get(), VIPS_META_ICC_NAME);
  }
  switch (image_->BandFmt) {
    case VIPS_FORMAT_UCHAR:
    case VIPS_FORMAT_USHORT:
    case VIPS_FORMAT_FLOAT:
      break;
    case VIPS_FORMAT_DOUBLE:
      replace(image_, vips_cast_float(image_.get(), &next, nullptr), next);
      break;
    case VIPS_FORMAT_UINT: {
      VipsImage* scaled = nullptr;
      if (vips_linear1(image_.get(), &scaled, 1 / 4294967295.0, 0, nullptr) != 0) throw Damaged(takeVipsError());
      image_.reset(scaled);
      replace(image_, vips_cast_float(image_.get(), &next, nullptr), next);
      break;
    }
    default:
      throw Error(HEIRLOOM_TEXT("photo.samplesNotHeld", "its samples are of a kind that Heirloom does not read: %1")
                      .with(vips_enum_nick(VIPS_TYPE_BAND_FORMAT, image_->BandFmt)),
                  HEIRLOOM_TEXT("photo.convertSamples", "convert it to 8, 16 bit or float and try again"));
  }
  const int most = colourBands(modelOf(image_.get())) + 1;
  if (image_->Bands > most) {
    warnings_.push_back(HEIRLOOM_TEXT("photo.extraBands", "it has %1 channels; the first %2 were taken")
                            .with(std::to_string(image_->Bands), std::to_string(most)));
    replace(image_, vips_extract_band(image_.get(), &next, 0, "n", most, nullptr), next);
  }
}

void Decoding::readProfile(Photo& photo) const {
  const void* data = nullptr;
  std::size_t size = 0;
  if (vips_image_get_typeof(image_.get(), VIPS_META_ICC_NAME) == 0) return;
  if (vips_image_get_blob(image_.get(), VIPS_META_ICC_NAME, &data, &size) != 0) {
    vips_error_clear();
    return;
  }
  const auto* bytes = static_cast<const std::byte*>(data);
  photo.iccProfile.assign(bytes, bytes + size);
}

Photo Decoding::photo() {
  Photo photo;
  photo.format = format_;
  photo.warnings = warnings_;
  readProfile(photo);
  Layout upright = layout_;
  if (orientation_ >= 5) std::swap(upright.width, upright.height);
  requireRoom(upright.bytes());
  const auto raster = std::make_shared<Raster>(upright);

  struct Turning {
    Raster& raster;
    int orientation;
  } turning{*raster, orientation_};
  const auto take = [](VipsRegion* region, VipsRect* area, void* user) {
    auto& [target, orientation] = *static_cast<Turning*>(user);
    for (int y = area->top; y < area->top + area->height; ++y) {
      placeRow(reinterpret_cast<const std::byte*>(VIPS_REGION_ADDR(region, 0, y)), y, orientation, target);
    }
    return 0;
  };
  if (vips_sink_disc(image_.get(), take, &turning) != 0) throw Damaged(takeVipsError());

  if (image_->Xres != kUnknownResolution) {
    photo.pixelsPerMillimetreX = image_->Xres;
    photo.pixelsPerMillimetreY = image_->Yres;
    if (orientation_ >= 5) std::swap(photo.pixelsPerMillimetreX, photo.pixelsPerMillimetreY);
  }
  if (format_ == FileFormat::Heif || format_ == FileFormat::Avif) {
    const int bits = integerOf(image_.get(), "heif-bitdepth", 8);
    if (layout_.type == SampleType::UInt16) spreadBits(*raster, bits);
  }
  photo.raster = raster;
  return photo;
}

bool codedWithoutLoss(FileFormat format, std::span<const std::byte> file) {
  const std::string_view start(reinterpret_cast<const char*>(file.data()), std::min<std::size_t>(file.size(), 65536));
  switch (format) {
    case FileFormat::Png:
    case FileFormat::Gif:
    case FileFormat::Raw:
    case FileFormat::Tiff:  // JPEG inside TIFF is rare, and TIFF is written without loss anyway
      return true;
    case FileFormat::WebP:
      return webPKeepsSamples(file);
    case FileFormat::Heif:
    case FileFormat::Avif:
      return heifKeepsSamples(file);
    case FileFormat::JpegXl:
      return jxlKeepsSamples(file);
    case FileFormat::Jpeg2000: {
      // ISO 15444-1, A.6.1: the coding style marker, whose last field is 1 for the reversible wavelet.
      constexpr std::size_t kWavelet = 13;
      const std::size_t style = start.find("\xff\x52");
      return style != start.npos && style + kWavelet < start.size() && start[style + kWavelet] == 1;
    }
    default:
      return false;
  }
}

}  // namespace heirloom::core
