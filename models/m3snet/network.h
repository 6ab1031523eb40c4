#pragma once

#include <vector>

#include "models/m3snet/config.h"
#include "models/nafnet/network.h"

namespace heirloom::models {

/// Restormer's attention between channels, without norm and residual.
class M3SNetAttentionImpl : public torch::nn::Module {
 public:
  M3SNetAttentionImpl(int features, int heads);
  at::Tensor forward(const at::Tensor& x);  // N C H W

 private:
  int heads_;
  at::Tensor temperature_;  // heads 1 1
  Convolution qkv_, qkv_dwconv_, project_out_;
};
TORCH_MODULE(M3SNetAttention);

/// Gao, Yang, Zhang, Wang, Yang, Dang, "A Mountain-Shaped Single-Stage Network for Accurate Image Restoration", The
/// Visual Computer 2024; reference the authors' M3SNet.py. NAFNet's U with attention at its bottom, whose skips pass
/// blocks that fuse them with the levels below.
class M3SNetImpl : public torch::nn::Module {
 public:
  explicit M3SNetImpl(const M3SNetConfig& config);
  /// N C H W in 0..1 to the same. `window`: TLC's, in pixels of the picture; 0: global means.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr, std::int64_t window = 0);

 private:
  struct Fusion {
    std::size_t level;  // which is fused with the one below
    Convolution up{nullptr};
    NafBlock block{nullptr};
  };

  Convolution intro_, ending_;
  std::vector<std::vector<NafBlock>> encoders_, decoders_;
  std::vector<M3SNetAttention> middle_;
  std::vector<Convolution> ups_, downs_;
  std::vector<Fusion> fusions_;  // middle, middle_ups
};
TORCH_MODULE(M3SNet);

}  // namespace heirloom::models
