#pragma once

#include <torch/types.h>

#include <random>
#include <vector>

#include "core/train/config.h"

namespace heirloom::core {

/// Random patches of clean photos and their noisy versions: the dataset of a denoiser.
class Patches {
 public:
  struct Batch {
    at::Tensor clean;  // N C P P float32 in 0..1
    at::Tensor noisy;  // clean + noise, not clipped
    at::Tensor sigma;  // N 1 1 1, deviation / 255
  };

  /// Decodes every photo of the folder at every scale into memory, 8 bit. Throws Error when a photo cannot be read or
  /// none is as large as a patch.
  Patches(const TrainConfig::Dataset& dataset, const TrainConfig::Degradation& degradation, int channels);

  /// Patches drawn in proportion to the photos' areas, flipped and turned at random. Depends on `random` alone.
  Batch draw(std::mt19937_64& random) const;

  std::size_t pictures() const { return pictures_.size(); }

 private:
  at::Tensor patch(std::mt19937_64& random) const;

  TrainConfig::Dataset dataset_;
  TrainConfig::Degradation degradation_;
  std::vector<at::Tensor> pictures_;  // C H W uint8
  std::vector<double> areas_;
};

/// A photo as C H W in 0..1 of the working colour, C = 1: its luma.
at::Tensor readPicture(const std::filesystem::path& file, int channels);

/// The pictures below a folder in the order of their names. Throws Error when there are none.
std::vector<std::filesystem::path> picturesIn(const std::filesystem::path& folder);

}  // namespace heirloom::core
