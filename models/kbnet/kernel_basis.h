#pragma once

#include <torch/nn/pimpl.h>

#include "models/common/convolution.h"

namespace heirloom::models {

/// 3x3 convolution whose kernel every pixel mixes from `kernels` for itself: N C H W, zeros beyond the edge. `shares`:
/// N bases H W; `kernels`: bases, C * group * 9 (output channel, channel of its group, row, column); `offsets`: bases
/// C. All in the precision of `x`.
at::Tensor mixedConvolution(const at::Tensor& x, const at::Tensor& shares, const at::Tensor& kernels,
                            const at::Tensor& offsets);

struct KernelBasisConfig {
  int features = 64;  // that the shares are predicted from
  int mixed = 64;     // features that are convolved
  int group = 4;      // of them that see each other
  int bases = 32;
  int widest = 32;  // most channels of the small convolution that predicts shares
};

/// KBA: x + ga1 * mixedConvolution(x), the shares being predicted from other features of the same pixels.
class KernelBasis {
 public:
  KernelBasis() = default;
  /// Registers "w", "b", "conv2", "conv211", "attgamma" and "ga1" in `owner`.
  KernelBasis(torch::nn::Module& owner, const KernelBasisConfig& config);
  at::Tensor forward(const at::Tensor& x, const at::Tensor& features);  // N mixed H W, N features H W
  /// Of the owner's place: folds ga1 into the kernels.
  void place(const Placement& placement);

 private:
  at::Tensor w_, b_;           // 1 bases mixed*group*9, 1 bases mixed
  at::Tensor attgamma_, ga1_;  // 1 bases 1 1, 1 mixed 1 1
  Convolution conv0_{nullptr}, conv2_{nullptr}, conv211_{nullptr};
  at::Tensor kernels_, offsets_;  // once placed
};

}  // namespace heirloom::models
