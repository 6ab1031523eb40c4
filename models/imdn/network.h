#pragma once

#include <vector>

#include "models/common/convolution.h"
#include "models/imdn/config.h"

namespace heirloom::models {

/// Information multi-distillation block: three convolutions give up a part of their channels each, a fourth makes the
/// last part, a 1x1 convolution fuses the parts.
class ImdBlockImpl : public torch::nn::Module {
 public:
  explicit ImdBlockImpl(const ImdnConfig& config);
  at::Tensor forward(const at::Tensor& x);

 private:
  at::Tensor attended(const at::Tensor& x);

  int distilled_;
  std::vector<Convolution> convolutions_;  // conv1 to conv4
  Convolution squeeze_{nullptr};           // of the attention
  Convolution excite_{nullptr};
  Convolution fuse_;
};
TORCH_MODULE(ImdBlock);

/// Hui, Gao, Yang, Wang, "Lightweight Image Super-Resolution with Information Multi-distillation Network", ACM MM 2019.
/// References: KAIR models/network_imdn.py; the authors' architecture.py. Registered under names of our own, which
/// `family.cpp` maps to both layouts.
class ImdnImpl : public torch::nn::Module {
 public:
  explicit ImdnImpl(const ImdnConfig& config);
  /// N C H W in 0..1 to N C scale*H scale*W.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  int scale_;
  Convolution head_;
  std::vector<ImdBlock> blocks_;
  Convolution gather_{nullptr};  // original only
  Convolution trunk_;
  Convolution up_;
};
TORCH_MODULE(Imdn);

}  // namespace heirloom::models
