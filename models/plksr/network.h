#pragma once

#include <vector>

#include "models/common/dysample.h"
#include "models/common/layer_norm.h"
#include "models/plksr/config.h"

namespace heirloom::models {

/// GroupNorm over four groups: "weight", "bias", in float32. Its statistics are the picture's.
class PlksrGroupNormImpl : public Layer {
 public:
  explicit PlksrGroupNormImpl(std::int64_t channels);
  at::Tensor forward(const at::Tensor& x);
  void place(const Placement& placement) override;

 private:
  at::Tensor weight_, bias_;
};
TORCH_MODULE(PlksrGroupNorm);

/// Channels are mixed, a part of them sees a large kernel, values weigh themselves, and the input is added.
class PlksrBlockImpl : public torch::nn::Module {
 public:
  explicit PlksrBlockImpl(const PlksrConfig& config);
  at::Tensor forward(const at::Tensor& x);
  at::ScalarType precision() const { return refine_->precision(); }

 private:
  PlksrConfig config_;
  LayerNorm layer_norm_{nullptr};
  Convolution mixer0_, mixer2_;
  Convolution lk_;
  Convolution attn_{nullptr};
  Convolution refine_;
  PlksrGroupNorm norm_{nullptr};
};
TORCH_MODULE(PlksrBlock);

/// Lee, Yun, Ro, "Partial Large Kernel CNNs for Efficient Super-Resolution", 2024 (arXiv 2404.11848); reference the
/// authors' plksr/archs/plksr_arch.py. RealPLKSR is the community's form for real pictures (neosr, realplksr_arch.py).
class PlksrImpl : public torch::nn::Module {
 public:
  explicit PlksrImpl(const PlksrConfig& config);
  /// N C H W in 0..1 to N C scale*H scale*W.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  PlksrConfig config_;
  Convolution first_;
  std::vector<PlksrBlock> blocks_;
  Convolution last_;
  DySample to_img_{nullptr};
};
TORCH_MODULE(Plksr);

}  // namespace heirloom::models
