#pragma once

#include <cstdint>

namespace heirloom::models {

/// Rows that one call of a kernel takes at most: they and a panel of weights stay in the second-level cache.
constexpr int kLinearRows = 96;
/// Output channels of a panel of packed weights: [panel][word of inputs][up to so many channels], the last panel as
/// narrow as a multiple of 16 allows, missing channels zero. A word is one float32 or two neighbouring bfloat16 inputs.
constexpr int kPanelWidth = 64;  // with AVX-512; a multiple of the others
constexpr int kPanelWidthTiles = 32;
constexpr int kPanelWidthAvx2 = 16;

constexpr int kPanelPadding = 16 * kPanelWidth;  // words behind the last panel, zero

enum class LinearActivation { None, Relu, LeakyRelu, Gelu };

/// activation(normalised(x) W^T + bias + inner) + residual for up to kLinearRows tokens, on plain pointers for the
/// kernels of an instruction set. bfloat16 is passed as its bits.
template <typename Value>
struct LinearRows {
  int rows = 0;
  int inputs = 0;  // even for bfloat16
  int outputs = 0;
  const Value* const* x = nullptr;
  const void* weights = nullptr;
  int panel = kPanelWidth;      // output channels of a panel of the weights
  const float* bias = nullptr;  // outputs, padded with zeros to a multiple of 16
  bool normalise = false;       // x minus its mean, over its deviation; weight and bias of the norm lie in W and bias
  float epsilon = 0;
  LinearActivation activation = LinearActivation::None;
  float slope = 0;  // of LeakyRelu
  /// Instead of the activation: the first half of a panel's outputs times the GELU of the second, and so half as many
  /// results. Whole panels alone.
  bool gated = false;
  const Value* const* inner = nullptr;     // null: none; of a gated layer all values first, then all gates
  const Value* const* residual = nullptr;  // null: none; may be the rows of `y`
  Value* const* y = nullptr;
};

/// `scratch`: linearScratchFloats of them, 64-byte aligned; used where rows are normalised.
/// Takes panels of kPanelWidthAvx2.
void linearAvx2(const LinearRows<float>& rows, float* scratch);
/// Panels of at most kPanelWidth, this and the next.
void linearAvx512(const LinearRows<float>& rows, float* scratch);
void linearAvx512Bf16(const LinearRows<std::uint16_t>& rows, float* scratch);
/// Panels of kPanelWidthTiles. Uses the scratch for all rows; reads up to kPanelPadding words beyond the weights.
void linearAmx(const LinearRows<std::uint16_t>& rows, float* scratch);

/// Floats of scratch a call needs: the rows and one more, in float32 or, to whole tiles, in bfloat16.
inline std::int64_t linearScratchFloats(std::int64_t inputs) {
  return (kLinearRows + 1) * ((inputs + 15) / 16 * 16);
}

}  // namespace heirloom::models
