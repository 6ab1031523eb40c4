#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "models/common/picture_head_config.h"

namespace heirloom::models {

/// What a GRL was trained for. No tensor tells, though windows and stripes follow from it.
enum class GrlTask { Enlarge, RealEnlarge, Denoise, Jpeg, Motion, Defocus, Demosaic };

struct GrlWindows {
  int window = 32;  // side of the square ones
  int rows = 64;    // of the stripes of even blocks; those of odd blocks stand upright
  int columns = 64;
  int reduction = 4;  // pixels that an anchor stands for, along a side
  bool operator==(const GrlWindows&) const = default;

  /// Pictures are extended to multiples of it.
  int multiple() const { return std::max({window, rows, columns}); }
};

/// GRL. Defaults: the tiny network for x4.
struct GrlConfig {
  int channels = 3;  // of the picture
  int features = 64;
  std::vector<int> depths = {4, 4, 4, 4};  // blocks a stage
  int windowHeads = 2;
  int stripeHeads = 2;
  int hidden = 128;                // of a block's perceptron
  bool bias = true;                // of queries, keys and values
  bool local = false;              // convolutions with channel attention beside the attention: the base networks
  bool threeConvolutions = false;  // "3conv": a stage ends with a bottleneck instead of one convolution
  bool levelMap = false;           // one network for all strengths, told which by one more channel
  bool dualPixel = false;          // two views go in, those of a dual-pixel sensor
  GrlTask task = GrlTask::Enlarge;
  GrlWindows windows;
  bool windowsKnown = true;  // by the task or by tables in the file; otherwise `task` is a guess
  PictureHeadConfig head = {PictureHeadKind::PixelShuffleDirect, 4};
  std::string prefix = {};  // of all its keys: "model.", or "model_g." beside the networks it was trained with
  bool operator==(const GrlConfig&) const = default;

  int inputs() const { return channels * (dualPixel ? 2 : 1) + (levelMap ? 1 : 0); }
};

}  // namespace heirloom::models
