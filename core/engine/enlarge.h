#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/photo/raster.h"

namespace heirloom::core {

/// Bicubic enlargement by a whole factor, for what no network made: alpha, chroma, the source under a strength. Keys'
/// kernel (a = -0.5), pixel centres aligned, the edge pixel repeated beyond the picture. Factor 1 copies.
class Enlargement {
 public:
  /// `width`, `height`: of the whole source picture.
  Enlargement(std::int64_t width, std::int64_t height, int factor);

  /// The part of the source that `target` (in pixels of the enlarged picture) is made from.
  Box sourceOf(const Box& target) const;

  /// `source`: interleaved samples of `sourceOf(target)`. Returns those of `target`, not clamped.
  std::vector<float> operator()(std::span<const float> source, int bands, const Box& target) const;

 private:
  struct Taps {
    std::int64_t first = 0;  // of four neighbours, before the edges are repeated
    const float* weights = nullptr;
  };
  Taps tapsAt(std::int64_t position) const;

  std::int64_t width_;
  std::int64_t height_;
  int factor_;
  std::vector<float> weights_;  // four a phase
};

}  // namespace heirloom::core
