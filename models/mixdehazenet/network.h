#pragma once

#include <vector>

#include "models/common/batch_norm.h"
#include "models/common/convolution.h"
#include "models/mixdehazenet/config.h"

namespace heirloom::models {

/// MixStructureBlock: depthwise kernels of three sizes side by side, then attention of three kinds side by side, each
/// triple mixed by a perceptron.
class MixDehazeBlockImpl : public torch::nn::Module {
 public:
  explicit MixDehazeBlockImpl(int features);
  at::Tensor forward(const at::Tensor& x);  // N C H W, sides of at least 10

 private:
  BatchNorm norm1_, norm2_;
  Convolution conv1_, conv2_, conv3_19_, conv3_13_, conv3_7_;
  Convolution value0_, value1_, gate_;  // Wv.0, Wv.1, Wg.1
  Convolution ca1_, ca3_, pa0_, pa2_;
  Convolution mlp0_, mlp2_, second0_, second2_;  // mlp, mlp2
};
TORCH_MODULE(MixDehazeBlock);

/// SKFusion: the channels of two tensors compete for each place in their sum.
class MixDehazeFusionImpl : public torch::nn::Module {
 public:
  explicit MixDehazeFusionImpl(int features);
  at::Tensor forward(const at::Tensor& a, const at::Tensor& b);  // N C H W

 private:
  Convolution squeeze_, excite_;
};
TORCH_MODULE(MixDehazeFusion);

/// Lu, Xiong, Chu, Xu, "MixDehazeNet: Mix Structure Block For Image Dehazing Network", IJCNN 2024; reference the
/// authors' models/MixDehazeNet.py.
class MixDehazeNetImpl : public torch::nn::Module {
 public:
  explicit MixDehazeNetImpl(const MixDehazeNetConfig& config);
  /// N C H W in 0..1 to the same.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  at::Tensor through(std::size_t layer, at::Tensor x, Observer* observer);

  Convolution embed_;
  std::vector<std::vector<MixDehazeBlock>> layers_;
  Convolution merge1_, skip1_, merge2_, skip2_, split1_, split2_;
  MixDehazeFusion fusion1_, fusion2_;
  Convolution unembed_;
};
TORCH_MODULE(MixDehazeNet);

}  // namespace heirloom::models
