#pragma once

#include <torch/nn/pimpl.h>

#include <optional>
#include <utility>
#include <vector>

#include "models/common/linear.h"

namespace heirloom::models {

/// Windows of a picture, and how far down and right their grid starts, cyclically.
struct RectangularWindows {
  std::int64_t rows = 1;
  std::int64_t columns = 1;
  std::int64_t down = 0;
  std::int64_t right = 0;
  bool masked = true;  // tokens that the shift brought together from opposite borders get -100
};

/// softmax(scale q k^T + bias + mask) v within windows. `qkv`: N H W 3 C, H and W multiples of the window; `bias`:
/// float32 heads, tokens, tokens. Returns N H W C.
at::Tensor rectangularWindowAttention(const at::Tensor& qkv, const at::Tensor& bias, const RectangularWindows& windows,
                                      std::int64_t heads, double scale);

/// The sides of windows, the shorter one first, from the number of their tokens and of offsets between two tokens: a b
/// and (2a - 1)(2b - 1). Empty when no window has so many.
std::optional<std::pair<int, int>> windowSides(int tokens, int offsets);

/// A small network that makes the bias of every offset between two tokens of a window: "pos", and unless all windows of
/// a network share them, its tables "rpe_biases" and "relative_position_index".
class OffsetBiasImpl : public torch::nn::Module {
 public:
  OffsetBiasImpl(int features, int heads, int rows, int columns, bool ownTables = true);
  at::Tensor bias() const;  // float32 heads, tokens, tokens; from unplaced layers

 private:
  std::int64_t tokens_;
  at::Tensor rpe_biases_;               // offsets: (2 rows - 1)(2 columns - 1), 2
  at::Tensor relative_position_index_;  // int64 tokens, tokens
  Linear pos_proj_;
  LayerNorm norm1_, norm2_, norm3_;
  Linear pos1_, pos2_, pos3_;
};
TORCH_MODULE(OffsetBias);

struct CrossedWindowsConfig {
  int features = 180;
  int heads = 6;
  int shortSide = 8;
  int longSide = 32;
  bool shifted = false;   // by half a window
  bool masked = true;     // tokens that the shift brought together from opposite borders get -100
  bool ownTables = true;  // of offsets, in the file
};

/// Attention in windows that lie for one half of the channels and stand for the other (Chen et al., "Cross Aggregation
/// Transformer", NeurIPS 2022; of DAT and RGT).
class CrossedWindows {
 public:
  CrossedWindows() = default;
  /// Registers "attns.0" and "attns.1" in `owner`.
  CrossedWindows(torch::nn::Module& owner, const CrossedWindowsConfig& config);
  at::Tensor forward(const at::Tensor& qkv) const;  // N H W 3F, any size -> N H W F
  /// Makes the biases once, from layers that are not yet placed.
  void place();

 private:
  CrossedWindowsConfig config_;
  std::vector<OffsetBias> attns_;
  std::vector<at::Tensor> biases_;  // of attns_, once placed
};

}  // namespace heirloom::models
