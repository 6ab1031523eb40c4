#pragma once

#include <torch/types.h>

namespace heirloom::models {

/// What Swin V2's cosine attention (Liu et al., "Swin Transformer V2", CVPR 2022) and its successors share, in float32.

/// Features of the network that makes the bias.
inline constexpr int kBiasFeatures = 512;

/// The offsets first..last between tokens along one side, spaced by their logarithm: sign(d) log2(1 + 8 |d| / last)
/// / 3.
at::Tensor logSpacedOffsets(std::int64_t first, std::int64_t last);

/// All pairs of an offset in `rows` and one in `columns`: 1, rows, columns, 2.
at::Tensor offsetPairs(const at::Tensor& rows, const at::Tensor& columns);

/// 16 sigmoid(second relu(first offset + bias)) of every pair: pairs, heads.
at::Tensor continuousBias(const at::Tensor& pairs, const at::Tensor& first, const at::Tensor& bias,
                          const at::Tensor& second);

/// What multiplies the similarity, from its logarithm heads 1 1: at most 100.
at::Tensor similarityScales(const at::Tensor& logarithms);  // heads

}  // namespace heirloom::models
