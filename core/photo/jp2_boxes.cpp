#include "core/photo/jp2_boxes.h"

#include <cstdint>
#include <string_view>

#include "core/photo/iso_boxes.h"

namespace heirloom::core {
namespace {

using std::string_view_literals::operator""sv;

using Bytes = std::vector<std::byte>;

Bytes imageHeader(const Layout& layout) {
  Bytes body;
  appendNumber(body, static_cast<std::uint64_t>(layout.height), 4);
  appendNumber(body, static_cast<std::uint64_t>(layout.width), 4);
  appendNumber(body, static_cast<std::uint64_t>(layout.bands()), 2);
  appendNumber(body, 8 * sampleSize(layout.type) - 1, 1);
  appendText(body, "\7\0\0"sv);  // JPEG 2000's own compression, a known colour space, no rights
  return body;
}

Bytes colour(const Layout& layout, std::span<const std::byte> iccProfile) {
  Bytes body;
  if (iccProfile.empty()) {
    appendText(body, "\1\0\0"sv);
    appendNumber(body, layout.model == ColourModel::Grey ? 17 : 16, 4);
  } else {
    appendText(body, "\2\0\0"sv);
    body.insert(body.end(), iccProfile.begin(), iccProfile.end());
  }
  return body;
}

Bytes channels(const Layout& layout) {
  Bytes body;
  appendNumber(body, static_cast<std::uint64_t>(layout.bands()), 2);
  for (int band = 0; band < layout.bands(); ++band) {
    const bool opacity = band == colourBands(layout.model);
    appendNumber(body, static_cast<std::uint64_t>(band), 2);
    appendNumber(body, opacity ? 1 : 0, 2);
    appendNumber(body, opacity ? 0 : static_cast<std::uint64_t>(band) + 1, 2);
  }
  return body;
}

/// The body of the first box of a type, not looking into others; empty when there is none.
std::span<const std::byte> bodyOf(std::span<const std::byte> boxes, std::string_view wanted) {
  while (boxes.size() >= 16) {
    const IsoBox box = firstBox(boxes);
    if (box.type == wanted) return box.body;
    boxes = boxes.subspan(box.whole.size());
  }
  return {};
}

}  // namespace

std::vector<std::byte> withJp2Profile(std::span<const std::byte> file, const Layout& layout,
                                      std::span<const std::byte> iccProfile) {
  Bytes header;
  appendBox(header, "ihdr", imageHeader(layout));
  appendBox(header, "colr", colour(layout, iccProfile));
  if (layout.alpha) appendBox(header, "cdef", channels(layout));
  Bytes result;
  appendText(result,
             "\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14"
             "ftypjp2 \0\0\0\0jp2 "sv);
  appendBox(result, "jp2h", header);
  appendBox(result, "jp2c", bodyOf(file, "jp2c"));
  return result;
}

std::vector<std::byte> jp2Profile(std::span<const std::byte> file) {
  constexpr std::size_t kProfile = 3;  // behind method, precedence and approximation
  const auto body = bodyOf(bodyOf(file, "jp2h"), "colr");
  const bool embedded = body.size() > kProfile && (body[0] == std::byte{2} || body[0] == std::byte{3});
  if (!embedded) return {};
  return {body.begin() + kProfile, body.end()};
}

}  // namespace heirloom::core
