#pragma once

#include <vector>

#include "models/common/convolution.h"
#include "models/common/linear.h"
#include "models/retinexformer/config.h"

namespace heirloom::models {

/// IG-MSA and its feed-forward: attention between the channels of a head, whose values are weighed by how light the
/// picture is there; then a perceptron with a depthwise convolution.
class RetinexBlockImpl : public torch::nn::Module {
 public:
  RetinexBlockImpl(int features, int heads);
  at::Tensor forward(const at::Tensor& x, const at::Tensor& light);  // N H W F, both

 private:
  int heads_;
  Linear to_q_, to_k_, to_v_;
  at::Tensor rescale_;  // heads 1 1
  Linear proj_;
  Convolution pos0_, pos2_;  // pos_emb
  LayerNorm norm_;
  Convolution net0_, net2_, net4_;
};
TORCH_MODULE(RetinexBlock);

/// One stage: estimates how light the picture is, lights it up, and repairs what that brought out.
class RetinexStageImpl : public torch::nn::Module {
 public:
  explicit RetinexStageImpl(const RetinexFormerConfig& config);
  /// float32 N C H W to the same, H and W multiples of 4.
  at::Tensor forward(const at::Tensor& picture, Observer* observer);

 private:
  struct Level {
    std::vector<RetinexBlock> encoder;
    Convolution down{nullptr}, lightDown{nullptr};
    TransposedConvolution up{nullptr};
    Convolution fusion{nullptr};
    std::vector<RetinexBlock> decoder;
  };

  Convolution conv1_, depth_conv_, conv2_;  // of the estimator
  Convolution embedding_;
  std::vector<Level> levels_;
  std::vector<RetinexBlock> bottleneck_;
  Convolution mapping_;
};
TORCH_MODULE(RetinexStage);

/// Cai, Bian, Lin, Wang, Timofte, Zhang, "Retinexformer: One-stage Retinex-based Transformer for Low-light Image
/// Enhancement", ICCV 2023; reference the authors' basicsr/models/archs/RetinexFormer_arch.py.
class RetinexFormerImpl : public torch::nn::Module {
 public:
  explicit RetinexFormerImpl(const RetinexFormerConfig& config);
  /// N C H W in 0..1 to the same.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  std::vector<RetinexStage> body_;
};
TORCH_MODULE(RetinexFormer);

}  // namespace heirloom::models
