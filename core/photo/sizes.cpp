#include "core/photo/sizes.h"

#include <array>

namespace heirloom::core {

std::string sizeInWords(std::uint64_t bytes) {
  if (bytes < 1000) return std::to_string(bytes) + " bytes";
  constexpr std::array kUnits = {"kB", "MB", "GB", "TB", "PB", "EB"};
  std::size_t unit = 0;
  // Tenths in whole numbers, because printing a fraction asks the locale for its decimal sign.
  std::uint64_t tenths = bytes / 100;
  while (tenths >= 10000 && unit + 1 < kUnits.size()) {
    tenths /= 1000;
    ++unit;
  }
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " " + kUnits[unit];
}

}  // namespace heirloom::core
