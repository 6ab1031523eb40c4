#include "core/photo/raw_file.h"

#include <lcms2.h>
#include <libraw/libraw.h>

#include <cstring>
#include <memory>

#include "core/photo/memory.h"

namespace heirloom::core {
namespace {

Error rawError(int code) {
  return Error(HEIRLOOM_TEXT("photo.rawFailed", "the camera's data cannot be read: %1").with(libraw_strerror(code)),
               HEIRLOOM_TEXT("photo.convertRaw", "convert it to DNG or TIFF and try again"));
}

void requireRead(int code) {
  if (code != LIBRAW_SUCCESS) throw rawError(code);
}

void setUp(LibRaw& raw) {
  auto& choices = raw.imgdata.params;
  choices.output_bps = 16;
  choices.output_color = 4;  // ProPhoto
  choices.gamm[0] = 1 / 1.8;
  choices.gamm[1] = 0;
  choices.use_camera_wb = 1;
  choices.no_auto_bright = 1;
}

PhotoHeader rawHeader(LibRaw& raw) {
  requireRead(raw.adjust_sizes_info_only());
  // The sizes are those after turning and after stretching pixels that are not square.
  const auto& sizes = raw.imgdata.sizes;
  PhotoHeader header;
  header.format = FileFormat::Raw;
  header.layout = {.width = sizes.iwidth,
                   .height = sizes.iheight,
                   .model = raw.imgdata.idata.colors == 1 ? ColourModel::Grey : ColourModel::Rgb,
                   .alpha = false,
                   .type = SampleType::UInt16};
  return header;
}

std::vector<std::byte> developedProfile() {
  const cmsCIExyYTRIPLE primaries = {{0.7347, 0.2653, 1}, {0.1596, 0.8404, 1}, {0.0366, 0.0001, 1}};
  const cmsCIExyY white = *cmsD50_xyY();
  cmsToneCurve* gamma = cmsBuildGamma(nullptr, 1.8);
  cmsToneCurve* curves[] = {gamma, gamma, gamma};
  cmsHPROFILE profile = cmsCreateRGBProfile(&white, &primaries, curves);
  cmsMLU* name = cmsMLUalloc(nullptr, 1);
  cmsMLUsetASCII(name, "en", "US", "ProPhoto primaries, gamma 1.8");
  cmsWriteTag(profile, cmsSigProfileDescriptionTag, name);
  cmsUInt32Number size = 0;
  cmsSaveProfileToMem(profile, nullptr, &size);
  std::vector<std::byte> bytes(size);
  cmsSaveProfileToMem(profile, bytes.data(), &size);
  cmsMLUfree(name);
  cmsCloseProfile(profile);
  cmsFreeToneCurve(gamma);
  return bytes;
}

}  // namespace

bool isRawName(const std::filesystem::path& file) {
  return formatOf(file) == FileFormat::Raw;
}

std::optional<PhotoHeader> readRawHeader(const std::filesystem::path& file) {
  const auto raw = std::make_unique<LibRaw>();
  setUp(*raw);
  if (raw->open_file(file.c_str()) != LIBRAW_SUCCESS) return std::nullopt;
  return rawHeader(*raw);
}

Photo developRaw(const std::filesystem::path& file) {
  const auto raw = std::make_unique<LibRaw>();
  setUp(*raw);
  requireRead(raw->open_file(file.c_str()));
  // LibRaw holds four 16-bit samples a pixel, and its mosaic beside them.
  const auto& sizes = raw->imgdata.sizes;
  requireRoom(std::uint64_t{10} * sizes.raw_width * sizes.raw_height);
  requireRead(raw->unpack());
  requireRead(raw->dcraw_process());
  int failed = 0;
  const std::unique_ptr<libraw_processed_image_t, decltype(&LibRaw::dcraw_clear_mem)> picture(
      raw->dcraw_make_mem_image(&failed), &LibRaw::dcraw_clear_mem);
  if (!picture) throw rawError(failed);

  const auto raster =
      std::make_shared<Raster>(Layout{.width = picture->width,
                                      .height = picture->height,
                                      .model = picture->colors == 1 ? ColourModel::Grey : ColourModel::Rgb,
                                      .alpha = false,
                                      .type = SampleType::UInt16});
  for (std::int64_t y = 0; y < raster->height(); ++y) {
    std::memcpy(raster->row(y).data(), picture->data + static_cast<std::size_t>(y) * raster->layout().rowBytes(),
                raster->layout().rowBytes());
  }
  Photo photo;
  photo.raster = raster;
  photo.format = FileFormat::Raw;
  photo.lossless = true;
  if (raster->layout().model == ColourModel::Rgb) photo.iccProfile = developedProfile();
  return photo;
}

}  // namespace heirloom::core
