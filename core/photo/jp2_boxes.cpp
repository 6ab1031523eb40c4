#include "core/photo/jp2_boxes.h"

#include <cstdint>
#include <string_view>

namespace heirloom::core {
namespace {

using std::string_view_literals::operator""sv;

using Bytes = std::vector<std::byte>;

void append(Bytes& to, std::string_view text) {
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  to.insert(to.end(), bytes, bytes + text.size());
}

void append(Bytes& to, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) to.push_back(static_cast<std::byte>(value >> shift & 0xff));
}

void appendBox(Bytes& to, std::string_view type, std::span<const std::byte> body) {
  const std::uint64_t size = 8 + body.size();
  const bool large = size > 0xffffffffu;
  append(to, large ? 1 : size, 4);
  append(to, type);
  if (large) append(to, size + 8, 8);
  to.insert(to.end(), body.begin(), body.end());
}

Bytes imageHeader(const Layout& layout) {
  Bytes body;
  append(body, static_cast<std::uint64_t>(layout.height), 4);
  append(body, static_cast<std::uint64_t>(layout.width), 4);
  append(body, static_cast<std::uint64_t>(layout.bands()), 2);
  append(body, 8 * sampleSize(layout.type) - 1, 1);
  append(body, "\7\0\0"sv);  // JPEG 2000's own compression, a known colour space, no rights
  return body;
}

Bytes colour(const Layout& layout, std::span<const std::byte> iccProfile) {
  Bytes body;
  if (iccProfile.empty()) {
    append(body, "\1\0\0"sv);
    append(body, layout.model == ColourModel::Grey ? 17 : 16, 4);
  } else {
    append(body, "\2\0\0"sv);
    body.insert(body.end(), iccProfile.begin(), iccProfile.end());
  }
  return body;
}

Bytes channels(const Layout& layout) {
  Bytes body;
  append(body, static_cast<std::uint64_t>(layout.bands()), 2);
  for (int band = 0; band < layout.bands(); ++band) {
    const bool opacity = band == colourBands(layout.model);
    append(body, static_cast<std::uint64_t>(band), 2);
    append(body, opacity ? 1 : 0, 2);
    append(body, opacity ? 0 : static_cast<std::uint64_t>(band) + 1, 2);
  }
  return body;
}

std::uint64_t number(std::span<const std::byte> bytes, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | std::to_integer<std::uint64_t>(bytes[i]);
  return value;
}

/// The body of the first box of a type, not looking into others; empty when there is none.
std::span<const std::byte> bodyOf(std::span<const std::byte> boxes, std::string_view wanted) {
  while (boxes.size() >= 16) {
    std::uint64_t size = number(boxes, 4);
    const std::size_t head = size == 1 ? 16 : 8;
    if (size == 1) size = number(boxes.subspan(8), 8);
    if (size < head || size > boxes.size()) size = boxes.size();
    const std::string_view type(reinterpret_cast<const char*>(boxes.data()) + 4, 4);
    if (type == wanted) return boxes.subspan(head, size - head);
    boxes = boxes.subspan(size);
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
  append(result,
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
