#pragma once

#include <array>
#include <string>
#include <vector>

#include "models/common/convolution.h"
#include "models/common/layer_norm.h"
#include "models/fftformer/config.h"
#include "models/fftformer/patch_spectrum.h"

namespace heirloom::models {

/// FSAS: instead of attention the circular convolution of queries with keys inside patches, which weighs the values.
class FftAttentionImpl : public Layer {
 public:
  explicit FftAttentionImpl(int features);
  /// residual + the attention of `x`, N C H W both, H and W multiples of 8.
  at::Tensor plus(const at::Tensor& residual, const at::Tensor& x);
  void place(const Placement& placement) override;

 private:
  Convolution to_hidden_, to_hidden_dw_, project_out_;
  LayerNorm norm_;  // norm.body
  PatchSpectrum spectrum_;
};
TORCH_MODULE(FftAttention);

/// DFFN: a gated perceptron that weighs the frequencies of patches.
class FftPerceptronImpl : public Layer {
 public:
  FftPerceptronImpl(int features, int hidden);
  at::Tensor plus(const at::Tensor& residual, const at::Tensor& x);
  void place(const Placement& placement) override;

 private:
  Convolution project_in_, dwconv_, project_out_;
  at::Tensor fft_;  // 2 hidden, 1, 1, 8, 5: of each channel's frequencies
  PatchSpectrum spectrum_;
  at::Tensor weights_;  // frequencies, 2 hidden; once placed
};
TORCH_MODULE(FftPerceptron);

class FftBlockImpl : public torch::nn::Module {
 public:
  /// `attends`: only on the way up.
  FftBlockImpl(int features, double expansion, bool attends);
  at::Tensor forward(const at::Tensor& x);  // N C H W

 private:
  LayerNorm norm1_{nullptr}, norm2_;
  FftAttention attn_{nullptr};
  FftPerceptron ffn_;
};
TORCH_MODULE(FftBlock);

/// Joins what comes from below with what the encoder kept.
class FftFusionImpl : public torch::nn::Module {
 public:
  explicit FftFusionImpl(int features);
  at::Tensor forward(const at::Tensor& below, const at::Tensor& kept);  // N features H W

 private:
  FftBlock att_channel_;
  Convolution conv_, conv2_;
};
TORCH_MODULE(FftFusion);

/// Kong, Dong, Ge, Li, Pan, "Efficient Frequency Domain-based Transformers for High-Quality Image Deblurring", CVPR
/// 2023; reference the authors' basicsr/models/archs/fftformer_arch.py.
class FftFormerImpl : public torch::nn::Module {
 public:
  explicit FftFormerImpl(const FftFormerConfig& config);
  /// N C H W in 0..1 to the same.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  std::vector<FftBlock> level(const std::string& name, int count, int features, double expansion, bool attends);
  Convolution resampler(const std::string& name, int in, int out);  // NAME.body.1

  Convolution patch_embed_;
  std::array<std::vector<FftBlock>, 3> encoders_;
  Convolution down1_2_, down2_3_;
  std::array<std::vector<FftBlock>, 3> decoders_;
  Convolution up3_2_, up2_1_;
  Convolution reduce_chan_level2_;  // in the files, and used by nobody
  std::vector<FftBlock> refinement_;
  FftFusion fuse2_, fuse1_;
  Convolution output_;
};
TORCH_MODULE(FftFormer);

}  // namespace heirloom::models
