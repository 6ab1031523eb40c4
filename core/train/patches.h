#pragma once

#include <torch/types.h>

#include <array>
#include <string>
#include <vector>

#include "core/train/config.h"

namespace heirloom::core {

/// Random patches of clean photos and what a degradation makes of them, which acts on more than the patch: streaks and
/// blur come in over its edges.
class Patches {
 public:
  struct Batch {
    at::Tensor clean;     // N C P P float32 in 0..1
    at::Tensor degraded;  // by one of the named degradations each; without any: clean + noise, not clipped
    at::Tensor sigma;     // N 1 1 1, deviation of the noise / 255
    /// N 6 int32, pixels: height and width of the photo, top and left of the patch in the photo at its scale, height
    /// and width of the patch, all as it is turned. Undefined: each picture is all of its photo.
    at::Tensor places = {};
    std::vector<std::string> captions = {};  // N, of the photos, empty where there is none; or none at all
    std::int64_t first = 0;                  // the first one's number among the pictures of the optimiser's step
    std::int64_t together = 0;               // pictures of the step; 0: these are all

    std::int64_t count() const { return clean.size(0); }
    /// `count` of the pictures from number `from` on.
    Batch part(std::int64_t from, std::int64_t count) const;
  };

  /// Decodes every photo of the folders at every scale, or with its short side, into memory, 8 bit, and reads its
  /// caption. Throws Error when a photo or a caption cannot be read or no photo of a folder is as large as a patch.
  Patches(const TrainConfig::Dataset& dataset, const TrainConfig::Degradation& degradation, int channels);

  /// `count` patches drawn in proportion to the photos' areas, within each of several folders, flipped and turned at
  /// random unless that is off. Depends on `random` alone.
  Batch draw(int count, Random& random) const;

  std::size_t pictures() const { return pictures_.size(); }

 private:
  struct Picture {
    at::Tensor samples;                 // C H W uint8
    std::array<std::int64_t, 2> whole;  // height and width of the photo before it was reduced
    std::string caption;
  };
  struct Patch {
    at::Tensor cut;          // C H W float32: the patch, and what lies around it where it is degraded
    std::int64_t top, left;  // of the patch in it
    at::Tensor place;        // 6 int32
    std::string caption;
  };
  void add(const std::filesystem::path& folder, int channels);
  Patch patch(Random& random) const;

  TrainConfig::Dataset dataset_;
  std::array<double, 2> sigma_;
  RandomDegradation degradation_;
  std::vector<Picture> pictures_;
  std::vector<double> shares_;  // of the patches, a picture each, in relation to one another
};

/// What the text file of the same stem beside a photo says of it, one line without blanks around it; empty where there
/// is no such file. Throws Error when it cannot be read or is no UTF-8.
std::string captionOf(const std::filesystem::path& photo);

/// A picture, C H W, reduced until its shorter side has `side` pixels; one that has no more as it is. In 0..1.
at::Tensor withShortSide(const at::Tensor& picture, std::int64_t side);

/// A photo as C H W in 0..1 of the working colour, C = 1: its luma.
at::Tensor readPicture(const std::filesystem::path& file, int channels);

/// The pictures below a folder in the order of their names. Throws Error when there are none.
std::vector<std::filesystem::path> picturesIn(const std::filesystem::path& folder);

}  // namespace heirloom::core
