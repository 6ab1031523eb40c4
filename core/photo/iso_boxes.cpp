#include "core/photo/iso_boxes.h"

namespace heirloom::core {

void appendText(std::vector<std::byte>& to, std::string_view text) {
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  to.insert(to.end(), bytes, bytes + text.size());
}

void appendNumber(std::vector<std::byte>& to, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) to.push_back(static_cast<std::byte>(value >> shift & 0xff));
}

void appendBox(std::vector<std::byte>& to, std::string_view type, std::span<const std::byte> body,
               std::string_view prefix) {
  const std::uint64_t size = 8 + prefix.size() + body.size();
  const bool large = size > 0xffffffffu;
  appendNumber(to, large ? 1 : size, 4);
  appendText(to, type);
  if (large) appendNumber(to, size + 8, 8);
  appendText(to, prefix);
  to.insert(to.end(), body.begin(), body.end());
}

std::uint64_t bigEndian(std::span<const std::byte> bytes, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | std::to_integer<std::uint64_t>(bytes[i]);
  return value;
}

IsoBox firstBox(std::span<const std::byte> boxes) {
  std::uint64_t size = bigEndian(boxes, 4);
  const bool large = size == 1 && boxes.size() >= 16;
  const std::size_t head = large ? 16 : 8;
  if (large) size = bigEndian(boxes.subspan(8), 8);
  if (size < head || size > boxes.size()) size = boxes.size();
  return {{reinterpret_cast<const char*>(boxes.data()) + 4, 4}, boxes.first(size), boxes.subspan(head, size - head)};
}

std::vector<std::byte> tiffBlock(std::vector<std::byte> exifBox) {
  if (exifBox.size() < 4) return {};
  const std::uint64_t offset = 4 + bigEndian(exifBox, 4);
  if (offset >= exifBox.size()) return {};
  exifBox.erase(exifBox.begin(), exifBox.begin() + static_cast<std::ptrdiff_t>(offset));
  return exifBox;
}

}  // namespace heirloom::core
