#pragma once

#include <vector>

#include "models/common/convolution.h"
#include "models/common/dysample.h"
#include "models/common/layer_norm.h"
#include "models/moesr/config.h"

namespace heirloom::models {

/// A depthwise convolution along one side: "weight" [C, 1, 1, k] or [C, 1, k, 1], "bias".
class BandConvolutionImpl : public Layer {
 public:
  BandConvolutionImpl(int channels, int rows, int columns);
  at::Tensor forward(const at::Tensor& x);  // N C H W to the same
  void place(const Placement& placement) override;

 private:
  at::Tensor weight_, bias_;
};
TORCH_MODULE(BandConvolution);

/// A gated block: one share of the hidden channels, of which some were convolved depthwise in squares or bands, times
/// mish of the other.
class MoesrBlockImpl : public Layer {
 public:
  MoesrBlockImpl(int features, int hidden);
  at::Tensor forward(const at::Tensor& x);  // N F H W
  void place(const Placement& placement) override;
  at::ScalarType precision() const { return fc2_->precision(); }

 private:
  int hidden_, share_;
  LayerNorm norm_;
  Convolution fc1_;
  Convolution square_;            // conv.dwconv_hw
  BandConvolution row_, column_;  // conv.dwconv_w, .dwconv_h
  Convolution fc2_;
  at::Tensor gamma_;  // 1 F 1 1
};
TORCH_MODULE(MoesrBlock);

/// Blocks, and around three more on half the size a residual.
class MoesrGroupImpl : public torch::nn::Module {
 public:
  explicit MoesrGroupImpl(const MoesrConfig& config);
  at::Tensor forward(const at::Tensor& x, Observer* observer);  // N F H W, H and W even
  at::ScalarType precision() const { return up_->precision(); }

 private:
  std::vector<MoesrBlock> blocks_;
  Convolution down_;               // msg.down.0
  std::vector<MoesrBlock> gated_;  // msg.gated
  Convolution up_;                 // msg.up.0
};
TORCH_MODULE(MoesrGroup);

/// umzi, "MoESR", 2024: MambaOut's gated convolutional blocks (Yu, Wang, "MambaOut", CVPR 2025) with InceptionNeXt's
/// depthwise convolutions, for super-resolution; reference the author's MoESR.py.
class MoesrImpl : public torch::nn::Module {
 public:
  explicit MoesrImpl(const MoesrConfig& config);
  /// N C H W in 0..1 to N C scale*H scale*W.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  at::Tensor enlarged(const at::Tensor& x);

  MoesrConfig config_;
  Convolution in_to_dim_;
  std::vector<MoesrGroup> blocks_;
  std::vector<Convolution> steps_;  // upscale, in the order they are applied
  DySample sampled_{nullptr};       // upscale.0
};
TORCH_MODULE(Moesr);

}  // namespace heirloom::models
