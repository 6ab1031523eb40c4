#pragma once

#include <vector>

#include "core/train/objective.h"

namespace heirloom::core {

/// Pictures that a run is judged by as it goes, the same at every validation.
class Validation {
 public:
  /// The centre crops of the folder's pictures and what the objective degrades them to. Throws Error when a picture
  /// cannot be read; without a folder there are none.
  Validation(const TrainConfig& config, const Objective& objective);

  bool empty() const { return pictures_.empty(); }
  /// Mean PSNR of the 8-bit values, dB.
  double meanPsnr(Objective& objective) const;

 private:
  struct Picture {
    at::Tensor clean;     // C H W
    at::Tensor degraded;  // 1 C H W
  };
  std::vector<Picture> pictures_;
};

}  // namespace heirloom::core
