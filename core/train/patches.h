#pragma once

#include <torch/types.h>

#include <vector>

#include "core/train/config.h"

namespace heirloom::core {

/// Random patches of clean photos and what a degradation makes of them.
class Patches {
 public:
  struct Batch {
    at::Tensor clean;     // N C P P float32 in 0..1
    at::Tensor degraded;  // by one of the named degradations each; without any: clean + noise, not clipped
    at::Tensor sigma;     // N 1 1 1, deviation of the noise / 255
  };

  /// Decodes every photo of the folder at every scale into memory, 8 bit. Throws Error when a photo cannot be read or
  /// none is as large as a patch.
  Patches(const TrainConfig::Dataset& dataset, const TrainConfig::Degradation& degradation, int channels);

  /// Patches drawn in proportion to the photos' areas, flipped and turned at random unless that is off. Depends on
  /// `random` alone.
  Batch draw(Random& random) const;

  std::size_t pictures() const { return pictures_.size(); }

 private:
  at::Tensor patch(Random& random) const;

  TrainConfig::Dataset dataset_;
  std::array<double, 2> sigma_;
  RandomDegradation degradation_;
  std::vector<at::Tensor> pictures_;  // C H W uint8
  std::vector<double> areas_;
};

/// A photo as C H W in 0..1 of the working colour, C = 1: its luma.
at::Tensor readPicture(const std::filesystem::path& file, int channels);

/// The pictures below a folder in the order of their names. Throws Error when there are none.
std::vector<std::filesystem::path> picturesIn(const std::filesystem::path& folder);

}  // namespace heirloom::core
