#pragma once

#include <torch/types.h>

#include <string>

#include "models/common/photo_around.h"
#include "models/restorer.h"

namespace heirloom::models {

/// The photo that tiles are cut from, reduced and with its holes filled: what a tile starts from that lies within one.
/// Made once, when the first tile asks.
class FarFill {
 public:
  /// The reduced photo at the place of `pictures` (N C H W in 0..1, marked by `mark`), as large as they are and on
  /// their device. Undefined where it is of no use: no pixel is missing, `observer` shows no photo, or the pictures are
  /// all of it. Throws Stopped.
  at::Tensor behind(const at::Tensor& pictures, const std::string& mark, const Observer& observer);

 private:
  at::Tensor filled_;  // 1 C H / kFarSide W / kFarSide, on the CPU
  std::string mark_;   // that it was made for
};

}  // namespace heirloom::models
