#pragma once

#include <array>
#include <vector>

#include "models/common/linear.h"
#include "models/common/res_block.h"
#include "models/fbcnn/config.h"

namespace heirloom::models {

/// x + gamma * convolutions(x) + beta, where gamma and beta come from the quality.
class QualityBlockImpl : public torch::nn::Module {
 public:
  explicit QualityBlockImpl(int features);
  at::Tensor forward(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta);  // N C H W, N C 1 1

 private:
  Convolution first_, second_;  // res.0, .2
};
TORCH_MODULE(QualityBlock);

/// Jiang, Zhang, Timofte, "Towards Flexible Blind JPEG Artifacts Removal", ICCV 2021; reference the authors'
/// models/network_fbcnn.py. A U of residual blocks that estimates the quality a picture was saved with and is steered
/// by it, or by another.
class FbcnnImpl : public torch::nn::Module {
 public:
  explicit FbcnnImpl(const FbcnnConfig& config);

  /// `image`: float32 N C H W in 0..1; `quality`: float32 N 1 or 1 1, (100 - JPEG quality) / 100, undefined: the
  /// network's own estimate. Result float32 N C H W.
  at::Tensor forward(const at::Tensor& image, const at::Tensor& quality = {}, Observer* observer = nullptr);

 private:
  struct Level {
    std::vector<ResBlock> before;
    Convolution down{nullptr};
    TransposedConvolution up{nullptr};
    std::vector<QualityBlock> behind;
    Linear gamma{nullptr}, beta{nullptr};
  };
  at::Tensor estimated(const at::Tensor& features);  // N 1

  Convolution m_head_;
  std::array<Level, 3> levels_;
  std::vector<ResBlock> encoder_, decoder_;
  std::vector<ResBlock> predicting_;  // qf_pred, and its linear layers
  std::vector<Linear> predictors_;
  std::vector<Linear> embedding_;  // qf_embed
  Convolution m_tail_;
};
TORCH_MODULE(Fbcnn);

}  // namespace heirloom::models
