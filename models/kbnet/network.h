#pragma once

#include "models/common/layer_norm.h"
#include "models/common/naf_u.h"
#include "models/common/restormer_u.h"
#include "models/common/transposed_attention.h"
#include "models/kbnet/config.h"
#include "models/kbnet/kernel_basis.h"

namespace heirloom::models {

/// Multi-axis feature fusion of KBNet-S: the product of what channels, a convolution and mixed kernels say; then a
/// gated perceptron.
class KbBlockSImpl : public Layer {
 public:
  KbBlockSImpl(const KbNetSConfig& config, int features);
  at::Tensor forward(const at::Tensor& x);  // N C H W
  /// Folds beta and gamma into the convolutions before them.
  void place(const Placement& placement) override;

 private:
  LayerNorm norm1_, norm2_;
  Convolution sca_;             // sca.1
  Convolution first_, second_;  // conv11.0, .1
  Convolution conv1_, conv21_;
  KernelBasis basis_;
  Convolution conv3_, conv4_, conv5_;
  at::Tensor beta_, gamma_;  // 1 C 1 1
  bool folded_ = false;
};
TORCH_MODULE(KbBlockS);

/// The same fusion in KBNet-L, and attention between channels behind it.
class KbBlockLImpl : public Layer {
 public:
  KbBlockLImpl(const KbNetLConfig& config, int features, int heads);
  at::Tensor forward(const at::Tensor& x);  // N C H W
  void place(const Placement& placement) override;

 private:
  LayerNorm norm1_, norm2_;
  Convolution first_, second_;   // attn.dwconv.0, .1
  Convolution sca_;              // attn.sca.1
  Convolution conv10_, conv11_;  // attn.conv1.0, .1
  KernelBasis basis_;
  Convolution project_out_;
  TransposedAttention ffn_;
};
TORCH_MODULE(KbBlockL);

/// Zhang, Li, Shi, He, Song, Wang, Qin, Li, "KBNet: Kernel Basis Network for Image Restoration", arXiv 2303.02881,
/// 2023; reference the authors' kbnet_s_arch.py: NAFNet's U.
class KbNetSImpl : public torch::nn::Module {
 public:
  explicit KbNetSImpl(const KbNetSConfig& config);
  /// N C H W in 0..1 to the same.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  NafU<KbBlockS> u_;
};
TORCH_MODULE(KbNetS);

/// Of the same paper, reference kbnet_l_arch.py: Restormer's U.
class KbNetLImpl : public torch::nn::Module {
 public:
  explicit KbNetLImpl(const KbNetLConfig& config);
  /// N C H W in 0..1 to the same.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  RestormerU<KbBlockL> u_;
};
TORCH_MODULE(KbNetL);

}  // namespace heirloom::models
