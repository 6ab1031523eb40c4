#pragma once

#include <vector>

#include "models/common/convolution.h"
#include "models/common/dysample.h"
#include "models/common/layer_norm.h"
#include "models/mosr/config.h"

namespace heirloom::models {

/// A gated block: one share of the hidden channels, of which some were convolved depthwise, times mish of the other.
class MosrBlockImpl : public torch::nn::Module {
 public:
  explicit MosrBlockImpl(const MosrConfig& config);
  at::Tensor forward(const at::Tensor& x);  // N F H W
  at::ScalarType precision() const { return fc2_->precision(); }

 private:
  int hidden_, convolved_;
  LayerNorm norm_;
  Convolution fc1_, conv_, fc2_;
};
TORCH_MODULE(MosrBlock);

/// umzi, "MoSR", 2024 (neosr): MambaOut's gated convolutional blocks (Yu, Wang, "MambaOut", CVPR 2025) for
/// super-resolution; reference neosr's mosr_arch.py.
class MosrImpl : public torch::nn::Module {
 public:
  explicit MosrImpl(const MosrConfig& config);
  /// N C H W in 0..1 to N C scale*H scale*W.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  MosrConfig config_;
  Convolution first_;
  std::vector<MosrBlock> blocks_;
  Convolution widen_, narrow_, mix_;              // gblocks' last ones
  Convolution short0_, short2_, shortPointwise_;  // shortcut.block.0, .2, shortcut.conv11
  Convolution last_{nullptr};                     // upsampler.0 or upsampler.in_to_k
  DySample sampled_{nullptr};                     // upsampler
};
TORCH_MODULE(Mosr);

}  // namespace heirloom::models
