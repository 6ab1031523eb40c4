#pragma once

#include <vector>

#include "models/common/gated_convolutions.h"
#include "models/common/linear.h"
#include "models/omnisr/config.h"

namespace heirloom::models {

/// Whose tokens attend to each other: those of a window, or those of the same place in all windows.
enum class OmniSrSpan { Window, Grid };

/// N H W C -> N H W C in which what a window holds is spread over the picture as a grid, and back. H and W are
/// multiples of the window.
at::Tensor gridToWindows(const at::Tensor& tokens, int window);
at::Tensor windowsToGrid(const at::Tensor& tokens, int window);

/// x + attention(norm(x)) between the pixels of a window or of a grid.
class OmniSrPixelAttentionImpl : public Layer {
 public:
  OmniSrPixelAttentionImpl(const OmniSrConfig& config, OmniSrSpan span);
  at::Tensor forward(const at::Tensor& x);  // N H W C
  void place(const Placement& placement) override;

 private:
  at::Tensor gathered() const;  // float32 heads, window^2, window^2

  int window_;
  OmniSrSpan span_;
  LayerNorm norm_;
  Linear to_qkv_, to_out_;
  at::Tensor table_;  // rel_pos_bias.weight: (2 window - 1)^2, heads; undefined without
  at::Tensor bias_;   // gathered, once placed
};
TORCH_MODULE(OmniSrPixelAttention);

/// x + attention(norm(x)) between the channels of a window or of a grid.
class OmniSrChannelAttentionImpl : public torch::nn::Module {
 public:
  OmniSrChannelAttentionImpl(const OmniSrConfig& config, OmniSrSpan span);
  at::Tensor forward(const at::Tensor& x);  // N C H W

 private:
  int window_;
  OmniSrSpan span_;
  LayerNorm norm_;
  at::Tensor temperature_;
  Convolution qkv_, qkv_dwconv_, project_out_;
};
TORCH_MODULE(OmniSrChannelAttention);

/// x + perceptron(norm(x)), in which one half of the channels gates the other behind a depthwise convolution.
class OmniSrPerceptronImpl : public torch::nn::Module {
 public:
  explicit OmniSrPerceptronImpl(const OmniSrConfig& config);
  at::Tensor forward(const at::Tensor& x);  // N C H W

 private:
  LayerNorm norm_;
  GatedConvolutions fn_;
};
TORCH_MODULE(OmniSrPerceptron);

/// OSA block: a convolution with channel weights, then attention between pixels and channels of windows, then of grids.
class OmniSrBlockImpl : public torch::nn::Module {
 public:
  explicit OmniSrBlockImpl(const OmniSrConfig& config);
  at::Tensor forward(const at::Tensor& x);  // N C H W

 private:
  at::Tensor convolved(const at::Tensor& x);

  Convolution expand_, depthwise_, project_;  // layer.0.fn
  Linear squeeze_, excite_;
  std::vector<OmniSrPixelAttention> pixels_;      // layer.2, .8
  std::vector<OmniSrChannelAttention> channels_;  // layer.5, .11
  std::vector<OmniSrPerceptron> perceptrons_;     // layer.4, .6, .10, .12
};
TORCH_MODULE(OmniSrBlock);

}  // namespace heirloom::models
