#pragma once

#include <vector>

#include "core/photo/photo.h"
#include "core/quality/metrics.h"

namespace heirloom::app {

/// A picture as metrics take it: 0..255, interleaved, without transparency. Deeper samples keep their fractions.
struct PictureValues {
  std::int64_t width = 0;
  std::int64_t height = 0;
  int bands = 1;
  std::vector<double> values;

  core::MetricImage image() const { return {width, height, bands, values}; }
};

struct Comparable {
  PictureValues a;
  PictureValues b;
  bool converted = false;  // colours or profiles differed: both are sRGB now
};

/// The samples as they are where both pictures mean the same by them.
Comparable comparableValues(const core::Photo& a, const core::Photo& b);

/// BT.601 luma of an RGB picture, rounded as the literature does (kair.md 5.1).
PictureValues luma(const PictureValues& rgb);

}  // namespace heirloom::app
