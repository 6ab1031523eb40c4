#pragma once

#include "models/common/group_norm.h"
#include "models/sdxl/low_rank.h"
#include "models/sdxl/pass.h"

namespace heirloom::models {

/// x + conv2(SiLU(norm2(conv1(SiLU(norm1(x))) + time))), a 1x1 convolution on x where the channels change.
class UNetResBlockImpl : public torch::nn::Module {
 public:
  UNetResBlockImpl(int in, int out, int embedding, int groups, double epsilon);
  at::Tensor forward(const at::Tensor& x, const Pass& pass);
  /// What the block computes in, and its result comes in.
  at::ScalarType precision() const { return conv1_->precision(); }

 private:
  at::Tensor computed(const at::Tensor& x, const Pass& pass);

  GroupNorm norm1_;
  AdaptableConvolution conv1_;
  AdaptableLinear time_emb_proj_;
  GroupNorm norm2_;
  AdaptableConvolution conv2_;
  AdaptableConvolution conv_shortcut_{nullptr};
};
TORCH_MODULE(UNetResBlock);

/// Half the side: 3x3 of stride 2, a zero on every side.
class UNetDownsampleImpl : public torch::nn::Module {
 public:
  explicit UNetDownsampleImpl(int channels);
  at::Tensor forward(const at::Tensor& x, const Pass& pass);

 private:
  AdaptableConvolution conv_;
};
TORCH_MODULE(UNetDownsample);

/// Twice the side: nearest neighbours, then 3x3.
class UNetUpsampleImpl : public torch::nn::Module {
 public:
  explicit UNetUpsampleImpl(int channels);
  at::Tensor forward(const at::Tensor& x, const Pass& pass);

 private:
  AdaptableConvolution conv_;
};
TORCH_MODULE(UNetUpsample);

}  // namespace heirloom::models
