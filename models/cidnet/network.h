#pragma once

#include <array>
#include <string>
#include <vector>

#include "models/cidnet/config.h"
#include "models/common/convolution.h"
#include "models/common/layer_norm.h"

namespace heirloom::models {

/// LCA: one way looks at the other, by attention between channels; then a gated perceptron.
class CidCrossBlockImpl : public Layer {
 public:
  /// `residual`: also around the perceptron, as on the way of intensity.
  CidCrossBlockImpl(int features, int heads, bool residual);
  at::Tensor forward(const at::Tensor& x, const at::Tensor& other);  // N C H W
  /// Joins the perceptron's two last depthwise convolutions.
  void place(const Placement& placement) override;
  at::ScalarType precision() const { return q_->precision(); }

 private:
  at::Tensor attended(const at::Tensor& x, const at::Tensor& query, const at::Tensor& other);

  int heads_;
  bool residual_;
  LayerNorm norm_;
  at::Tensor temperature_;  // ffn: heads 1 1
  Convolution q_, q_dwconv_, kv_, kv_dwconv_, attentionOut_;
  Convolution project_in_, dwconv_, dwconv1_, dwconv2_, project_out_;  // gdfn
  Convolution halves_{nullptr};                                        // dwconv1 and dwconv2, once placed
};
TORCH_MODULE(CidCrossBlock);

/// A level down: half the size.
class CidDownImpl : public torch::nn::Module {
 public:
  CidDownImpl(int in, int out, bool normed);
  at::Tensor forward(const at::Tensor& x);

 private:
  Convolution down_;  // down.0
  ChannelSlopes prelu_;
  LayerNorm norm_{nullptr};
};
TORCH_MODULE(CidDown);

/// A level up, joined with what the way down kept of it.
class CidUpImpl : public torch::nn::Module {
 public:
  CidUpImpl(int in, int out, bool normed);
  at::Tensor forward(const at::Tensor& x, const at::Tensor& kept);

 private:
  Convolution up_scale_;  // up_scale.0
  Convolution up_;
  ChannelSlopes prelu_;
  LayerNorm norm_{nullptr};
};
TORCH_MODULE(CidUp);

/// Yan, Feng, Zhang, Pang, Shi, Wu, Dong, Sun, Zhang, "HVI: A New Color Space for Low-light Image Enhancement", CVPR
/// 2025; reference the authors' net/CIDNet.py. Intensity and all three channels of HVI take ways of their own, which
/// look at each other on every level.
class CidNetImpl : public torch::nn::Module {
 public:
  explicit CidNetImpl(const CidNetConfig& config);
  /// N 3 H W in 0..1 to the same.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  struct Way {
    Convolution first{nullptr}, last{nullptr};
    std::array<CidDown, 3> downs{nullptr, nullptr, nullptr};
    std::array<CidUp, 3> ups{nullptr, nullptr, nullptr};  // by the level they come from
    std::vector<CidCrossBlock> blocks;                    // LCA1 to LCA6
  };
  /// `letters`: of the names, "HV" or "I".
  Way way(const CidNetConfig& config, const std::string& letters, int in, int out);

  Way intensity_, colour_;
  at::Tensor density_k_;  // of HVI: 1
};
TORCH_MODULE(CidNet);

}  // namespace heirloom::models
