#pragma once

#include <vector>

#include "models/common/gated_convolutions.h"
#include "models/common/linear.h"
#include "models/ditn/config.h"

namespace heirloom::models {

/// ITL: attention between the channels of a patch and a perceptron, both of the hyperbolic tangent instead of a norm.
class DitnInnerLayerImpl : public torch::nn::Module {
 public:
  explicit DitnInnerLayerImpl(const DitnConfig& config);
  at::Tensor forward(const at::Tensor& x);  // patches F 8 8

 private:
  Convolution conv1_, conv2_;
  at::Tensor temperature_;  // attn: 1 1 1
  Linear qkv_;
  Convolution project_out_;
  GatedConvolutions ffn_;
};
TORCH_MODULE(DitnInnerLayer);

/// SAL: large depthwise convolutions say how much of the values passes; then a perceptron.
class DitnSpatialLayerImpl : public torch::nn::Module {
 public:
  explicit DitnSpatialLayerImpl(const DitnConfig& config);
  at::Tensor forward(const at::Tensor& x);  // N F H W

 private:
  Convolution conv1_, conv2_;
  at::Tensor scale_;  // SDA: 1 F 1 1
  Convolution proj_first_, near_, far_, pointwise_, proj_last_;
  GatedConvolutions ffn_;
};
TORCH_MODULE(DitnSpatialLayer);

/// Liu, Dong, Liang, Liu, Dong, Chen, Chen, Fu, Wang, "Unfolding Once is Enough: A Deployment-Friendly Transformer Unit
/// for Super-Resolution", ACM Multimedia 2023; reference the authors' models/DITN_Real.py.
class DitnImpl : public torch::nn::Module {
 public:
  explicit DitnImpl(const DitnConfig& config);
  /// N C H W in 0..1 to N C scale*H scale*W.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  struct Unit {
    std::vector<DitnInnerLayer> inner;
    std::vector<DitnSpatialLayer> spatial;
  };
  DitnConfig config_;
  Convolution sft_;
  std::vector<Unit> units_;
  Convolution conv_after_body_;
  Convolution upsample_;
};
TORCH_MODULE(Ditn);

}  // namespace heirloom::models
