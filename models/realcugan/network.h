#pragma once

#include "models/common/convolution.h"
#include "models/common/super_resolution.h"
#include "models/realcugan/config.h"

namespace heirloom::models {

/// Two 3x3 convolutions without padding, and channel attention: 4 rows and columns fewer come out.
class CuganConvolutionsImpl : public torch::nn::Module {
 public:
  CuganConvolutionsImpl(int in, int middle, int out, bool attention, bool first = false);
  at::Tensor forward(const at::Tensor& x);  // N C H W

 private:
  Convolution conv0_, conv2_;
  bool attends_;
  ChannelAttention seblock_;
};
TORCH_MODULE(CuganConvolutions);

/// Transposed convolution that enlarges 2 or 3 times and takes the seam off; float32.
class CuganEnlargementImpl : public Layer {
 public:
  CuganEnlargementImpl(int in, int out, int scale);
  at::Tensor forward(const at::Tensor& x);
  void place(const Placement& placement) override;

 private:
  int scale_;
  at::Tensor weight_, bias_;
};
TORCH_MODULE(CuganEnlargement);

/// UNet1: one level; a side of s comes out as 2 s - 32 or 3 s - 44.
class CuganFirstImpl : public torch::nn::Module {
 public:
  CuganFirstImpl(int in, int out, int scale);
  at::Tensor forward(const at::Tensor& x);  // N C H W, H and W even; float32 comes out

 private:
  CuganConvolutions conv1_;
  Convolution conv1_down_;
  CuganConvolutions conv2_;
  TransposedConvolution conv2_up_;
  Convolution conv3_;
  CuganEnlargement conv_bottom_;
};
TORCH_MODULE(CuganFirst);

/// UNet2: two levels; 40 rows and columns fewer come out.
class CuganSecondImpl : public torch::nn::Module {
 public:
  CuganSecondImpl(int in, int out);
  at::Tensor forward(const at::Tensor& x, Observer* observer);  // N C H W, H and W multiples of 4; float32 comes out

 private:
  CuganConvolutions conv1_;
  Convolution conv1_down_;
  CuganConvolutions conv2_;
  Convolution conv2_down_;
  CuganConvolutions conv3_;
  TransposedConvolution conv3_up_;
  CuganConvolutions conv4_;
  TransposedConvolution conv4_up_;
  Convolution conv5_, conv_bottom_;
};
TORCH_MODULE(CuganSecond);

/// bilibili AILab, "Real-CUGAN", 2022, after waifu2x's CUNet: one network enlarges, another repairs what it made.
/// Reference the authors' upcunet_v3.py.
class RealCuganImpl : public torch::nn::Module {
 public:
  explicit RealCuganImpl(const RealCuganConfig& config);
  /// `image`: float32 N C H W in 0..1, any size of at least 1; result float32 N C H*scale W*scale. Asks `observer`
  /// between the two networks and within the second, and throws Stopped; null: nobody to ask.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  RealCuganConfig config_;
  CuganFirst unet1_;
  CuganSecond unet2_;
  Convolution conv_final_{nullptr};
};
TORCH_MODULE(RealCugan);

}  // namespace heirloom::models
