#pragma once

#include <torch/types.h>

#include <vector>

namespace heirloom::models {

/// Where tokens stand, as rotations of pairs of channels (2-D rotary embedding): complex64, positions by headDim / 2.
/// Token (r, s) of a map of side p stands at (r, s) * grid / p; the first half of the pairs turns with the row, the
/// second with the column, pair i of a half by 10000^(-4i / headDim) a unit.
at::Tensor rotations(int side, int grid, int headDim);

/// The rows of all scales, one after the other.
at::Tensor rotations(const std::vector<int>& sides, int headDim);

/// `x`: N L H D (D even, last stride 1). Divides every head's vector by its length, multiplies by `factor` (float32,
/// broadcast against N L H 1; undefined: 1) and turns it by `rows` (L D/2). Returns float32 N L H D.
at::Tensor turnedUnit(const at::Tensor& x, const at::Tensor& factor, const at::Tensor& rows);

}  // namespace heirloom::models
