#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "models/checkpoint/refusal.h"

namespace heirloom::models {

/// Reads little-endian values one after another. Never leaves its bytes: it throws "ends too early" instead.
class ByteCursor {
 public:
  explicit ByteCursor(std::span<const std::byte> bytes, std::uint64_t position = 0) : bytes_(bytes) { seek(position); }

  std::uint64_t position() const { return position_; }
  std::uint64_t remaining() const { return bytes_.size() - position_; }

  void seek(std::uint64_t position) {
    if (position > bytes_.size()) throw tooShort();
    position_ = position;
  }

  std::span<const std::byte> take(std::uint64_t count) {
    if (count > remaining()) throw tooShort();
    const auto taken = bytes_.subspan(position_, count);
    position_ += count;
    return taken;
  }

  std::string_view text(std::uint64_t count) {
    const auto taken = take(count);
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }

  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }

  /// An unsigned number of up to eight bytes.
  std::uint64_t number(std::size_t size) {
    const auto taken = take(size);
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;) value = value << 8 | std::to_integer<std::uint64_t>(taken[i]);
    return value;
  }

 private:
  static Error tooShort() { return damaged(HEIRLOOM_TEXT("checkpoint.short", "the file ends too early")); }

  std::span<const std::byte> bytes_;
  std::uint64_t position_ = 0;
};

}  // namespace heirloom::models
