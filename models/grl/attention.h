#pragma once

#include "models/common/convolution.h"
#include "models/common/crossed_windows.h"
#include "models/common/linear.h"
#include "models/grl/config.h"

namespace heirloom::models {

/// The values of `table`, heads, rows, columns, for every pair of a query and a key in windows of which one corner is
/// shared: heads, queries, keys. The table has a row for every difference of rows, from 1 - keyRows on; columns
/// likewise.
at::Tensor offsetBias(const at::Tensor& table, std::int64_t queryRows, std::int64_t queryColumns);

/// Scale and bias of cosine similarity between the tokens of a window and its anchors, which may be the tokens.
class GrlTransformImpl : public torch::nn::Module {
 public:
  explicit GrlTransformImpl(int heads);
  at::Tensor scales() const;  // heads
  /// For windows of `rows` x `columns` with an anchor for every square of side `reduction`: heads, rows + anchor rows -
  /// 1, columns + anchor columns - 1.
  at::Tensor table(std::int64_t rows, std::int64_t columns, std::int64_t reduction) const;

 private:
  // Parameters, not layers: they stay float32, because a session may ask for other windows.
  at::Tensor logit_scale_;            // heads, 1, 1
  at::Tensor first_, bias_, second_;  // cpb_mlp.0, .2
};
TORCH_MODULE(GrlTransform);

/// One half of the channels is attended to in square windows; of the other half, few anchors see whole stripes and the
/// tokens see the anchors.
class GrlAttentionImpl : public torch::nn::Module {
 public:
  /// `index`: the block's number in its stage, of which shifts and the direction of the stripes follow.
  GrlAttentionImpl(const GrlConfig& config, int index);
  at::Tensor forward(const at::Tensor& x);  // N H W F, H and W multiples of the windows
  void use(const GrlWindows& windows);

 private:
  struct Transform {
    at::Tensor scales;  // heads
    at::Tensor table;
  };
  Transform prepared(const GrlTransform& transform, const RectangularWindows& grid, std::int64_t reduction) const;
  at::Tensor inWindows(const at::Tensor& qkv) const;                             // N H W 3F/2 -> N H W F/2
  at::Tensor inStripes(const at::Tensor& qkv, const at::Tensor& anchors) const;  // one for every reduction^2 pixels

  int index_, windowHeads_, stripeHeads_;
  std::int64_t reduction_ = 1;
  RectangularWindows square_, stripe_;
  Linear qkv_, anchor_, proj_;
  GrlTransform window_, toAnchors_, fromAnchors_;
  Transform near_, gathering_, spreading_;  // of these three, made when first needed
};
TORCH_MODULE(GrlAttention);

}  // namespace heirloom::models
