#pragma once

namespace heirloom::models {

/// SPAN (kair.md 2.1). Defaults: the authors' x4 network with 48 channels.
struct SpanConfig {
  int channels = 3;
  int features = 48;
  int scale = 4;
  bool normalised = true;  // the picture goes in as (x - mean) * 255; a file without has a tensor "no_norm"
  bool operator==(const SpanConfig&) const = default;
};

}  // namespace heirloom::models
