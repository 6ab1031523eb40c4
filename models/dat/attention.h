#pragma once

#include <torch/nn/pimpl.h>

#include <vector>

#include "models/common/batch_norm.h"
#include "models/common/convolution.h"
#include "models/common/linear.h"
#include "models/dat/config.h"

namespace heirloom::models {

/// Windows of a picture, and how far down and right their grid starts, cyclically.
struct RectangularWindows {
  std::int64_t rows = 1;
  std::int64_t columns = 1;
  std::int64_t down = 0;
  std::int64_t right = 0;
};

/// softmax(scale q k^T + bias + mask) v within windows. `qkv`: N H W 3 C, H and W multiples of the window; `bias`:
/// float32 heads, tokens, tokens. Tokens that a shift brought together from opposite borders get -100. Returns N H W C.
at::Tensor rectangularWindowAttention(const at::Tensor& qkv, const at::Tensor& bias, const RectangularWindows& windows,
                                      std::int64_t heads, double scale);

/// One orientation of the windows: a small network makes the bias of every offset between two tokens.
class DatWindowsImpl : public torch::nn::Module {
 public:
  DatWindowsImpl(int features, int heads, int rows, int columns);
  at::Tensor bias() const;  // float32 heads, tokens, tokens; from unplaced layers

 private:
  std::int64_t tokens_;
  at::Tensor rpe_biases_;               // offsets: (2 rows - 1)(2 columns - 1), 2
  at::Tensor relative_position_index_;  // int64 tokens, tokens
  Linear pos_proj_;
  LayerNorm norm1_, norm2_, norm3_;
  Linear pos1_, pos2_, pos3_;
};
TORCH_MODULE(DatWindows);

/// Adaptive interaction: a branch of attention and one of convolution weigh each other, one by channels, one by pixels.
class DatInteraction {
 public:
  DatInteraction(torch::nn::Module& owner, int features);
  at::Tensor convolved(const at::Tensor& values);       // N C H W -> the same
  at::Tensor channelWeights(const at::Tensor& branch);  // N C 1 1
  at::Tensor pixelWeights(const at::Tensor& branch);    // N 1 H W

 private:
  Convolution dwconv_;
  BatchNorm dwconvNorm_;
  Convolution channelSqueeze_;
  BatchNorm channelNorm_;
  Convolution channelExcite_;
  Convolution pixelSqueeze_;
  BatchNorm pixelNorm_;
  Convolution pixelExcite_;
};

/// Both kinds of attention between qkv and proj: x + proj(attention(qkv(norm1(x)))).
class DatAttentionImpl : public Layer {
 public:
  /// `spatial`: in windows, shifted if `shifted`; otherwise between channels. `norm` is the block's norm1.
  DatAttentionImpl(const DatConfig& config, bool spatial, bool shifted, const LayerNorm& norm);
  at::Tensor forward(const at::Tensor& x);  // N H W C, any size
  void place(const Placement& placement) override;

 private:
  at::Tensor inWindows(const at::Tensor& qkv);        // N H W 3C -> N H W C
  at::Tensor betweenChannels(const at::Tensor& qkv);  // the same

  DatConfig config_;
  bool spatial_;
  bool shifted_;
  Linear qkv_, proj_;
  std::vector<DatWindows> attns_;
  DatInteraction interaction_;
  at::Tensor temperature_;          // heads 1 1; between channels
  std::vector<at::Tensor> biases_;  // of attns_, once placed
};
TORCH_MODULE(DatAttention);

}  // namespace heirloom::models
