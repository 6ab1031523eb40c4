#pragma once

#include "models/common/convolution.h"
#include "models/common/layer_norm.h"
#include "models/common/naf_u.h"
#include "models/nafnet/config.h"

namespace heirloom::models {

/// Mean of every channel over windows of `window` x `window` around each pixel, or of what there is of them: the
/// windows stay inside the picture, near its border those of the nearest full window. N C H W to the same, float32
/// sums. Chu et al., "Improving Image Restoration by Revisiting Global Information Aggregation" (TLC), ECCV 2022.
at::Tensor localMean(const at::Tensor& x, std::int64_t window);

/// NAFBlock: no activation but the product of two halves, and channel attention from means.
class NafBlockImpl : public Layer {
 public:
  explicit NafBlockImpl(int features);
  /// N C H W, channels-last. `window`: side of the windows whose means weigh the channels; 0: the whole picture.
  at::Tensor forward(const at::Tensor& x, std::int64_t window);
  /// Folds beta and gamma into the convolutions before them.
  void place(const Placement& placement) override;

 private:
  bool folded_ = false;
  Convolution conv1_, conv2_, conv3_, sca_, conv4_, conv5_;
  LayerNorm norm1_, norm2_;
  at::Tensor beta_, gamma_;  // 1 C 1 1
};
TORCH_MODULE(NafBlock);

/// Chen, Chu, Zhang, Sun, "Simple Baselines for Image Restoration", ECCV 2022; reference the authors'
/// basicsr/models/archs/NAFNet_arch.py.
class NafNetImpl : public torch::nn::Module {
 public:
  explicit NafNetImpl(const NafNetConfig& config);
  /// N C H W in 0..1 to the same. `window`: TLC's, in pixels of the picture; 0: global means.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr, std::int64_t window = 0);

 private:
  NafU<NafBlock> u_;
};
TORCH_MODULE(NafNet);

}  // namespace heirloom::models
