#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace heirloom::models {

/// The checksum of zip files (CRC-32/ISO-HDLC, reflected polynomial 0xEDB88320).
std::uint32_t crc32(std::span<const std::byte> bytes);

}  // namespace heirloom::models
