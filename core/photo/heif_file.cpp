#include "core/photo/heif_file.h"

#include <libheif/heif.h>

#include <cstring>
#include <memory>

#include "core/photo/iso_boxes.h"

namespace heirloom::core {
namespace {

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Context = std::unique_ptr<heif_context, FreeWith<heif_context_free>>;
using Handle = std::unique_ptr<heif_image_handle, FreeWith<heif_image_handle_release>>;
using Image = std::unique_ptr<heif_image, FreeWith<heif_image_release>>;
using Encoder = std::unique_ptr<heif_encoder, FreeWith<heif_encoder_release>>;
using Nclx = std::unique_ptr<heif_color_profile_nclx, FreeWith<heif_nclx_color_profile_free>>;
using Options = std::unique_ptr<heif_encoding_options, FreeWith<heif_encoding_options_free>>;

void requireDone(const heif_error& error) {
  if (error.code == heif_error_Ok) return;
  throw Error(HEIRLOOM_TEXT("photo.heifFailed", "it cannot be coded as HEIF or AVIF: %1").with(error.message),
              HEIRLOOM_TEXT("photo.chooseAnother", "choose another format"));
}

/// The primary picture of `file`, which both must outlive; null where there is none.
Handle primaryOf(heif_context* context, std::span<const std::byte> file) {
  heif_image_handle* primary = nullptr;
  if (heif_context_read_from_memory_without_copy(context, file.data(), file.size(), nullptr).code != heif_error_Ok ||
      heif_context_get_primary_image_handle(context, &primary).code != heif_error_Ok) {
    return nullptr;
  }
  return Handle(primary);
}

std::vector<std::byte> item(const heif_image_handle* handle, heif_item_id id) {
  std::vector<std::byte> bytes(heif_image_handle_get_metadata_size(handle, id));
  if (!bytes.empty() && heif_image_handle_get_metadata(handle, id, bytes.data()).code != heif_error_Ok) bytes.clear();
  return bytes;
}

Image heifImageOf(const Raster& raster, int bits) {
  const Layout& layout = raster.layout();
  const bool deep = bits > 8;
  heif_chroma chroma = layout.alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB;
  if (deep) chroma = layout.alpha ? heif_chroma_interleaved_RRGGBBAA_LE : heif_chroma_interleaved_RRGGBB_LE;
  heif_image* made = nullptr;
  const auto width = static_cast<int>(layout.width);
  const auto height = static_cast<int>(layout.height);
  requireDone(heif_image_create(width, height, heif_colorspace_RGB, chroma, &made));
  Image image(made);
  requireDone(heif_image_add_plane(image.get(), heif_channel_interleaved, width, height, bits));
  int stride = 0;
  auto* plane = heif_image_get_plane(image.get(), heif_channel_interleaved, &stride);
  const std::uint32_t maximum = (1u << bits) - 1;
  for (std::int64_t y = 0; y < layout.height; ++y) {
    auto* to = plane + static_cast<std::size_t>(y) * static_cast<std::size_t>(stride);
    if (!deep) {
      std::memcpy(to, raster.row(y).data(), layout.rowBytes());
      continue;
    }
    for (const std::uint16_t sample : raster.samples<std::uint16_t>(y)) {
      const std::uint32_t value = (sample * maximum + 32767) / 65535;
      *to++ = static_cast<std::uint8_t>(value & 0xff);
      *to++ = static_cast<std::uint8_t>(value >> 8);
    }
  }
  return image;
}

Encoder encoderOf(heif_context* context, const HeifCoding& coding) {
  const bool avif = coding.format == FileFormat::Avif;
  heif_encoder* found = nullptr;
  requireDone(
      heif_context_get_encoder_for_format(context, avif ? heif_compression_AV1 : heif_compression_HEVC, &found));
  Encoder encoder(found);
  requireDone(heif_encoder_set_lossy_quality(encoder.get(), coding.quality));
  requireDone(heif_encoder_set_lossless(encoder.get(), coding.lossless));
  // Chroma at full resolution: restored edges are what the photo is kept for.
  requireDone(heif_encoder_set_parameter(encoder.get(), "chroma", "444"));
  if (avif) {
    requireDone(heif_encoder_set_parameter_integer(encoder.get(), "speed", 7));
  } else {
    requireDone(heif_encoder_set_parameter(encoder.get(), "preset", "fast"));
  }
  return encoder;
}

heif_error collect(heif_context*, const void* data, std::size_t size, void* user) {
  const auto* bytes = static_cast<const std::byte*>(data);
  auto& file = *static_cast<std::vector<std::byte>*>(user);
  file.insert(file.end(), bytes, bytes + size);
  return {heif_error_Ok, heif_suberror_Unspecified, ""};
}

}  // namespace

int heifBits(FileFormat format, SampleType type) {
  if (type == SampleType::UInt8) return 8;
  return format == FileFormat::Avif ? 12 : 10;
}

HeifMetadata readHeifMetadata(std::span<const std::byte> file) {
  HeifMetadata found;
  const Context context(heif_context_alloc());
  const Handle handle = primaryOf(context.get(), file);
  if (!handle) return found;
  const int count = heif_image_handle_get_number_of_metadata_blocks(handle.get(), nullptr);
  std::vector<heif_item_id> ids(static_cast<std::size_t>(count));
  heif_image_handle_get_list_of_metadata_block_IDs(handle.get(), nullptr, ids.data(), count);
  for (const heif_item_id id : ids) {
    const std::string type = heif_image_handle_get_metadata_type(handle.get(), id);
    const std::string content = heif_image_handle_get_metadata_content_type(handle.get(), id);
    if (type == "Exif" && found.exif.empty()) found.exif = tiffBlock(item(handle.get(), id));
    if (type == "mime" && content == "application/rdf+xml" && found.xmp.empty()) {
      const auto bytes = item(handle.get(), id);
      found.xmp.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
  }
  return found;
}

bool heifKeepsSamples(std::span<const std::byte> file) {
  const Context context(heif_context_alloc());
  const Handle handle = primaryOf(context.get(), file);
  if (!handle) return false;
  heif_color_profile_nclx* found = nullptr;
  const bool named = heif_image_handle_get_nclx_color_profile(handle.get(), &found).code == heif_error_Ok;
  const Nclx nclx(found);
  return named && nclx->matrix_coefficients == heif_matrix_coefficients_RGB_GBR;
}

std::vector<std::byte> encodeHeif(const Raster& raster, std::span<const std::byte> iccProfile,
                                  const HeifMetadata& metadata, const HeifCoding& coding) {
  const Context context(heif_context_alloc());
  const Image image = heifImageOf(raster, heifBits(coding.format, raster.layout().type));
  if (!iccProfile.empty()) {
    requireDone(heif_image_set_raw_color_profile(image.get(), "prof", iccProfile.data(), iccProfile.size()));
  }
  const Encoder encoder = encoderOf(context.get(), coding);
  const Options options(heif_encoding_options_alloc());
  options->save_alpha_channel = raster.layout().alpha;
  const Nclx nclx(heif_nclx_color_profile_alloc());
  nclx->color_primaries = heif_color_primaries_ITU_R_BT_709_5;
  nclx->transfer_characteristics = heif_transfer_characteristic_IEC_61966_2_1;
  nclx->matrix_coefficients =
      coding.lossless ? heif_matrix_coefficients_RGB_GBR : heif_matrix_coefficients_ITU_R_BT_601_6;
  nclx->full_range_flag = 1;
  // On the picture, because libheif 1.15 takes the matrix from there and forgets the one among the options.
  requireDone(heif_image_set_nclx_color_profile(image.get(), nclx.get()));
  // Beside the photo's own profile, because decoders learn the matrix from this one.
  options->save_two_colr_boxes_when_ICC_and_nclx_available = 1;
  // For the sake of macOS libheif leaves it out of HEIF files; without it nobody could tell that nothing was lost.
  options->macOS_compatibility_workaround_no_nclx_profile = !coding.lossless;
  heif_image_handle* encoded = nullptr;
  requireDone(heif_context_encode_image(context.get(), image.get(), encoder.get(), options.get(), &encoded));
  const Handle handle(encoded);
  if (!metadata.exif.empty()) {
    requireDone(heif_context_add_exif_metadata(context.get(), handle.get(), metadata.exif.data(),
                                               static_cast<int>(metadata.exif.size())));
  }
  if (!metadata.xmp.empty()) {
    requireDone(heif_context_add_XMP_metadata(context.get(), handle.get(), metadata.xmp.data(),
                                              static_cast<int>(metadata.xmp.size())));
  }
  std::vector<std::byte> file;
  heif_writer writer = {.writer_api_version = 1, .write = &collect};
  requireDone(heif_context_write(context.get(), &writer, &file));
  return file;
}

}  // namespace heirloom::core
