#include "core/photo/jxl_boxes.h"

#include <jxl/decode.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "core/photo/iso_boxes.h"

namespace heirloom::core {
namespace {

using std::string_view_literals::operator""sv;

constexpr auto kSignature = "\0\0\0\x0cJXL \r\n\x87\n"sv;
constexpr auto kFileType =
    "\0\0\0\x14"
    "ftypjxl \0\0\0\0jxl "sv;
constexpr std::size_t kMostMetadata = 64u << 20;

/// Appends the boxes of a container that have to do with the picture itself.
void copyPicture(std::span<const std::byte> file, std::vector<std::byte>& to) {
  while (file.size() >= 8) {
    const IsoBox box = firstBox(file);
    if (box.type.starts_with("jxl"sv) || box.type == "jbrd"sv) to.insert(to.end(), box.whole.begin(), box.whole.end());
    file = file.subspan(box.whole.size());
  }
}

struct DestroyDecoder {
  void operator()(JxlDecoder* decoder) const { JxlDecoderDestroy(decoder); }
};
using Decoder = std::unique_ptr<JxlDecoder, DestroyDecoder>;

class BoxReader {
 public:
  explicit BoxReader(std::span<const std::byte> file) : decoder_(JxlDecoderCreate(nullptr)) {
    JxlDecoderSubscribeEvents(decoder_.get(), JXL_DEC_BOX);
    JxlDecoderSetDecompressBoxes(decoder_.get(), JXL_TRUE);
    JxlDecoderSetInput(decoder_.get(), reinterpret_cast<const std::uint8_t*>(file.data()), file.size());
    JxlDecoderCloseInput(decoder_.get());
  }

  JxlMetadata read() {
    JxlMetadata found;
    std::vector<std::byte> body;
    std::string open;
    for (JxlDecoderStatus status = JXL_DEC_SUCCESS;;) {
      status = JxlDecoderProcessInput(decoder_.get());
      if (status == JXL_DEC_BOX_NEED_MORE_OUTPUT) {
        if (body.size() > kMostMetadata) break;
        grow(body);
        continue;
      }
      if (!open.empty()) {
        body.resize(body.size() - JxlDecoderReleaseBoxBuffer(decoder_.get()));
        if (open == "Exif" && found.exif.empty()) found.exif = tiffBlock(body);
        if (open == "xml " && found.xmp.empty())
          found.xmp.assign(reinterpret_cast<const char*>(body.data()), body.size());
        open.clear();
      }
      if (status != JXL_DEC_BOX) break;
      JxlBoxType type = {};
      JxlDecoderGetBoxType(decoder_.get(), type, JXL_TRUE);
      const std::string name(type, sizeof(type));
      if (name != "Exif" && name != "xml ") continue;
      open = name;
      body.assign(4096, std::byte{});
      JxlDecoderSetBoxBuffer(decoder_.get(), reinterpret_cast<std::uint8_t*>(body.data()), body.size());
    }
    return found;
  }

 private:
  void grow(std::vector<std::byte>& body) {
    const std::size_t unused = JxlDecoderReleaseBoxBuffer(decoder_.get());
    const std::size_t used = body.size() - unused;
    body.resize(2 * body.size());
    JxlDecoderSetBoxBuffer(decoder_.get(), reinterpret_cast<std::uint8_t*>(body.data()) + used, body.size() - used);
  }

  Decoder decoder_;
};

}  // namespace

JxlMetadata readJxlMetadata(std::span<const std::byte> file) {
  return BoxReader(file).read();
}

bool jxlKeepsSamples(std::span<const std::byte> file) {
  const Decoder decoder(JxlDecoderCreate(nullptr));
  JxlDecoderSubscribeEvents(decoder.get(), JXL_DEC_BASIC_INFO);
  JxlDecoderSetInput(decoder.get(), reinterpret_cast<const std::uint8_t*>(file.data()), file.size());
  if (JxlDecoderProcessInput(decoder.get()) != JXL_DEC_BASIC_INFO) return false;
  JxlBasicInfo info;
  return JxlDecoderGetBasicInfo(decoder.get(), &info) == JXL_DEC_SUCCESS && info.uses_original_profile;
}

std::vector<std::byte> withJxlMetadata(std::span<const std::byte> file, const JxlMetadata& metadata) {
  const bool bare = file.size() >= 2 && file[0] == std::byte{0xff} && file[1] == std::byte{0x0a};
  std::vector<std::byte> result;
  result.reserve(file.size() + metadata.exif.size() + metadata.xmp.size() + 128);
  appendText(result, kSignature);
  appendText(result, kFileType);
  // Before the picture, so that a reader finds them without passing over it. The offset in front of the TIFF block is
  // 0. A level box, which copyPicture brings, has its place right after the file type in the standard, and libjxl and
  // exiftool read it anywhere before the codestream.
  if (!metadata.exif.empty()) appendBox(result, "Exif", metadata.exif, "\0\0\0\0"sv);
  if (!metadata.xmp.empty()) {
    appendBox(result, "xml ", std::as_bytes(std::span(metadata.xmp)));
  }
  if (bare) {
    appendBox(result, "jxlc", file);
  } else {
    copyPicture(file, result);
  }
  return result;
}

}  // namespace heirloom::core
