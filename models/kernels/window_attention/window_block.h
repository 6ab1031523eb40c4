#pragma once

#include "models/kernels/packed_linear/packed_linear.h"
#include "models/kernels/window_attention/window_attention.h"

namespace heirloom::models {

/// residual + proj(windowAttention(qkv(x))), window by window: queries, keys and values of a window live in the
/// second-level cache between the three steps and never exist for the whole picture.
///
/// `x`: N H W C contiguous in the layers' precision, H and W multiples of the window; `qkv` C -> 3C (its norm
/// included), `proj` C -> C; `bias` and `shape` as in windowAttention. `scales`: float32, one a head; `cosine` as in
/// cosineWindowAttention. `residual`: as `x`, or undefined. Plain twin: the three calls one after another.
/// Throws c10::Error for shapes that do not fit.
at::Tensor windowBlock(const at::Tensor& x, const PackedLinear& qkv, const PackedLinear& proj, const at::Tensor& bias,
                       const WindowAttentionShape& shape, const at::Tensor& scales, bool cosine,
                       const at::Tensor& residual);

}  // namespace heirloom::models
