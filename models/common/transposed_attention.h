#pragma once

#include <torch/types.h>

namespace heirloom::models {

/// Attention between channels instead of pixels, linear in their number (Zamir et al., "Restormer", CVPR 2022; Ali et
/// al., "XCiT", NeurIPS 2021): softmax(temperature * q k^T) v, where a row of q and k is a channel over all pixels,
/// divided by its length.
///
/// `qkv`: N L 3C, the channels (q k v, heads, C / heads); `temperature`: heads 1 1. Returns N L C in the precision of
/// `qkv`; its weights are float32.
at::Tensor transposedAttention(const at::Tensor& qkv, std::int64_t heads, const at::Tensor& temperature);

}  // namespace heirloom::models
