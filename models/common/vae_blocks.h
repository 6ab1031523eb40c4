#pragma once

#include <string>

#include "models/common/convolution.h"
#include "models/common/group_norm.h"
#include "models/common/stop.h"

namespace heirloom::models {

/// On the CPU in float32 whatever the session's precision: there our Winograd form is faster than LibTorch's in
/// bfloat16, and more exact.
class VaeConvolutionImpl : public ConvolutionImpl {
 public:
  using ConvolutionImpl::ConvolutionImpl;
  void place(const Placement& placement) override;
};
TORCH_MODULE(VaeConvolution);

/// GroupNorm of epsilon 1e-6, with SiLU behind it or not.
class VaeNormImpl : public GroupNormImpl {
 public:
  explicit VaeNormImpl(int channels, int groups = 32) : GroupNormImpl(groups, channels, /*epsilon=*/1e-6) {}
};
TORCH_MODULE(VaeNorm);

/// x + conv2(SiLU(norm2(conv1(SiLU(norm1(x)))))), a 1x1 convolution on x, `shortcut` by name, where the channels
/// change.
class VaeResBlockImpl : public torch::nn::Module {
 public:
  VaeResBlockImpl(int in, int out, int groups = 32, const std::string& shortcut = "nin_shortcut");
  at::Tensor forward(const at::Tensor& x);
  at::ScalarType precision() const { return conv1_->precision(); }

 private:
  VaeNorm norm1_;
  VaeConvolution conv1_;
  VaeNorm norm2_;
  VaeConvolution conv2_;
  VaeConvolution shortcut_{nullptr};
};
TORCH_MODULE(VaeResBlock);

/// Half the side: a zero at the right and the bottom, then 3x3 of stride 2.
class VaeDownsampleImpl : public torch::nn::Module {
 public:
  explicit VaeDownsampleImpl(int channels);
  at::Tensor forward(const at::Tensor& x);

 private:
  VaeConvolution conv_;
};
TORCH_MODULE(VaeDownsample);

/// Twice the side: nearest neighbours, then 3x3.
class VaeUpsampleImpl : public torch::nn::Module {
 public:
  explicit VaeUpsampleImpl(int channels);
  at::Tensor forward(const at::Tensor& x);

 private:
  VaeConvolution conv_;
};
TORCH_MODULE(VaeUpsample);

}  // namespace heirloom::models
