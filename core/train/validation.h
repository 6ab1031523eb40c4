#pragma once

#include <string>
#include <utility>
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

  /// Names of what it says beside the PSNR: "ssim", unless a picture is smaller than its window, then the objective's
  /// figures. Without pictures none.
  const std::vector<std::string>& names() const { return names_; }

  /// Means over the pictures.
  struct Means {
    double psnr = 0;                                      // of the 8-bit values, dB
    std::vector<std::pair<std::string, double>> figures;  // by `names`, in their order
  };
  Means means(Objective& objective) const;

 private:
  struct Picture {
    at::Tensor clean;     // C H W
    at::Tensor degraded;  // 1 C H W
  };
  std::vector<Picture> pictures_;
  std::vector<std::string> names_;
  bool hasSsim_ = false;
};

}  // namespace heirloom::core
