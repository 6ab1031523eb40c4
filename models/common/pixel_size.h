#pragma once

#include <cstdint>

namespace heirloom::models {

struct PixelSize {
  std::int64_t height = 0;
  std::int64_t width = 0;
  bool operator==(const PixelSize&) const = default;
};

}  // namespace heirloom::models
