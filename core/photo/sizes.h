#pragma once

#include <cstdint>
#include <string>

namespace heirloom::core {

/// "30.0 GB", "512 kB", "17 bytes": decimal units, a decimal point in every locale.
std::string sizeInWords(std::uint64_t bytes);

}  // namespace heirloom::core
