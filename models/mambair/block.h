#pragma once

#include "models/common/linear.h"
#include "models/common/super_resolution.h"
#include "models/kernels/selective_scan/selective_scan.h"
#include "models/mambair/config.h"

namespace heirloom::models {

/// SS2D: every channel is scanned along four ways over the picture, with steps, inputs and outputs that the pixels
/// themselves make; a gate beside it.
class MambaIrScanImpl : public Layer {
 public:
  /// `norm` is the block's ln_1, registered there.
  MambaIrScanImpl(const MambaIrConfig& config, const LayerNorm& norm);
  /// residual + out_proj(norm(scan) * gate) of norm(x); both N H W F.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& residual);
  void place(const Placement& placement) override;

 private:
  SelectiveScanWeights weights() const;

  at::Tensor x_proj_weight_;    // 4, rank + 2 states, inner
  at::Tensor dt_projs_weight_;  // 4, inner, rank
  at::Tensor dt_projs_bias_;    // 4, inner
  at::Tensor A_logs_;           // 4 inner, states
  at::Tensor Ds_;               // 4 inner
  Linear in_proj_;              // to what is scanned and its gate
  Convolution conv2d_;          // depthwise
  LayerNorm out_norm_;
  Linear out_proj_;
  bool plain_ = true;
};
TORCH_MODULE(MambaIrScan);

/// VSSBlock: the scan, then convolutions with channel attention; both residuals are scaled by learned vectors.
class MambaIrBlockImpl : public torch::nn::Module {
 public:
  explicit MambaIrBlockImpl(const MambaIrConfig& config);
  at::Tensor forward(const at::Tensor& x);  // N H W F

 private:
  at::Tensor skip_scale_, skip_scale2_;  // F
  LayerNorm ln_1_, ln_2_;
  MambaIrScan self_attention_;
  std::vector<Convolution> cab_;  // of conv_blk: 3x3 twice, or (1x1, depthwise 3x3) twice
  ChannelAttention attention_;
};
TORCH_MODULE(MambaIrBlock);

}  // namespace heirloom::models
