#pragma once

#include <torch/types.h>

#include <string>

#include "models/common/convolution.h"

namespace heirloom::models {

/// Attention between channels instead of pixels, linear in their number (Zamir et al., "Restormer", CVPR 2022; Ali et
/// al., "XCiT", NeurIPS 2021): softmax(temperature * q k^T) v, where a row of q and k is a channel over all pixels,
/// divided by its length.
///
/// `qkv`: N L 3C, the channels (q k v, heads, C / heads); `temperature`: heads 1 1. Returns N L C in the precision of
/// `qkv`; its weights are float32.
at::Tensor transposedAttention(const at::Tensor& qkv, std::int64_t heads, const at::Tensor& temperature);

/// The same where the pixels are all of a picture, whose products tiles share (whole_statistics.h). `qkv`: N H W 3C.
/// Returns N H W C.
at::Tensor wholeTransposedAttention(const at::Tensor& qkv, std::int64_t heads, const at::Tensor& temperature);

/// Restormer's MDTA: that attention between its convolutions, which have no bias.
class TransposedAttention {
 public:
  /// Registers "temperature", "qkv", "qkv_dwconv" and "project_out" in a new module `name` of `owner`.
  TransposedAttention(torch::nn::Module& owner, const std::string& name, int features, int heads);
  /// residual + the attention of `x`, N C H W both.
  at::Tensor plus(const at::Tensor& residual, const at::Tensor& x);

 private:
  int heads_;
  at::Tensor temperature_;  // heads 1 1
  Convolution qkv_, qkv_dwconv_, project_out_;
};

}  // namespace heirloom::models
