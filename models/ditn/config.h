#pragma once

namespace heirloom::models {

/// DITN. Defaults: the authors' x4 network for real photos.
struct DitnConfig {
  static constexpr int kPatch = 8;  // side of the patches that a unit unfolds the picture into

  int channels = 3;
  int features = 60;
  int units = 1;
  int innerLayers = 4;    // of a unit, each within patches
  int spatialLayers = 4;  // of a unit, on the whole picture
  int hidden = 120;
  bool bias = false;  // of the convolutions inside attention and perceptrons
  int scale = 4;
  bool operator==(const DitnConfig&) const = default;
};

}  // namespace heirloom::models
