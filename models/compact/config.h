#pragma once

namespace heirloom::models {

/// Compact, SRVGGNetCompact in Real-ESRGAN (kair.md 2.1). Defaults: realesr-general-x4v3.
struct CompactConfig {
  int channels = 3;
  int features = 64;
  int layers = 32;  // convolutions between the first and the last
  int scale = 4;
  bool operator==(const CompactConfig&) const = default;
};

}  // namespace heirloom::models
