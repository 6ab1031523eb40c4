#pragma once

#include "models/kernels/avx512.h"
#include "models/kernels/packed_linear/rows.h"

namespace heirloom::models {
namespace {

/// Half of x's erf-based GELU is x erf(x / sqrt 2): erf as the quotient of two polynomials (that of Eigen and XLA),
/// absolute error below 1e-6.
inline __m512 gelu(__m512 x) {
  const auto constant = [](float value) { return _mm512_set1_ps(value); };
  __m512 t = _mm512_mul_ps(x, constant(0.70710678118654752F));
  t = _mm512_min_ps(_mm512_max_ps(t, constant(-4)), constant(4));
  const __m512 square = _mm512_mul_ps(t, t);
  __m512 above = constant(-2.72614225801306e-10F);
  above = _mm512_fmadd_ps(above, square, constant(2.77068142495902e-08F));
  above = _mm512_fmadd_ps(above, square, constant(-2.10102402082508e-06F));
  above = _mm512_fmadd_ps(above, square, constant(-5.69250639462346e-05F));
  above = _mm512_fmadd_ps(above, square, constant(-7.34990630326855e-04F));
  above = _mm512_fmadd_ps(above, square, constant(-2.95459980854025e-03F));
  above = _mm512_fmadd_ps(above, square, constant(-1.60960333262415e-02F));
  __m512 below = constant(-1.45660718464996e-05F);
  below = _mm512_fmadd_ps(below, square, constant(-2.13374055278905e-04F));
  below = _mm512_fmadd_ps(below, square, constant(-1.68282697438203e-03F));
  below = _mm512_fmadd_ps(below, square, constant(-7.37332916720468e-03F));
  below = _mm512_fmadd_ps(below, square, constant(-1.42647390514189e-02F));
  // One Newton step makes the reciprocal's 14 bits 28, at less than half the price of a division.
  __m512 reciprocal = _mm512_rcp14_ps(below);
  reciprocal = _mm512_mul_ps(reciprocal, _mm512_fnmadd_ps(below, reciprocal, constant(2)));
  const __m512 erf = _mm512_mul_ps(_mm512_mul_ps(t, above), reciprocal);
  const __m512 half = _mm512_mul_ps(x, constant(0.5F));
  return _mm512_fmadd_ps(half, erf, half);
}

/// (x - mean) / deviation of a row of `inputs`.
template <typename Format>
inline void normaliseRow(const typename Format::Value* x, int inputs, float epsilon, typename Format::Value* result) {
  const float count = static_cast<float>(inputs);
  __m512 sum = _mm512_setzero_ps();
  for (int i = 0; i < inputs; i += 16) sum = _mm512_add_ps(sum, Format::load(x + i, firstLanes(inputs - i)));
  const __m512 mean = _mm512_set1_ps(_mm512_reduce_add_ps(sum) / count);
  __m512 squares = _mm512_setzero_ps();
  for (int i = 0; i < inputs; i += 16) {
    const __mmask16 lanes = firstLanes(inputs - i);
    const __m512 centred = _mm512_maskz_sub_ps(lanes, Format::load(x + i, lanes), mean);
    squares = _mm512_fmadd_ps(centred, centred, squares);
  }
  const __m512 variance = _mm512_set1_ps(_mm512_reduce_add_ps(squares) / count + epsilon);
  const __m512 factor = _mm512_div_ps(_mm512_set1_ps(1), _mm512_sqrt_ps(variance));
  for (int i = 0; i < inputs; i += 16) {
    const __mmask16 lanes = firstLanes(inputs - i);
    Format::store(result + i, lanes, _mm512_mul_ps(_mm512_sub_ps(Format::load(x + i, lanes), mean), factor));
  }
}

/// Writes what a row's sums from `output` on become, which hold the product and the bias.
template <typename Format, int kVectors>
inline void finishGatedRow(const LinearRows<typename Format::Value>& rows, int row, int output,
                           const __m512 (&sums)[kVectors]) {
  constexpr int kHalf = kVectors / 2;
  const int first = output / 2;
  const __mmask16 all = firstLanes(16);
#pragma GCC unroll 2
  for (int j = 0; j < kHalf; ++j) {
    const int at = first + j * 16;
    __m512 value = sums[j], gate = sums[j + kHalf];
    if (rows.inner) {
      value = _mm512_add_ps(value, Format::load(rows.inner[row] + at, all));
      gate = _mm512_add_ps(gate, Format::load(rows.inner[row] + rows.outputs / 2 + at, all));
    }
    __m512 result = _mm512_mul_ps(value, gelu(gate));
    if (rows.residual) result = _mm512_add_ps(result, Format::load(rows.residual[row] + at, all));
    Format::store(rows.y[row] + at, all, result);
  }
}

/// Writes a row's outputs from `output` on, of which `sums` hold the product and the bias: activation, residual.
template <typename Format, int kVectors>
inline void finishRow(const LinearRows<typename Format::Value>& rows, int row, int output,
                      const __m512 (&sums)[kVectors]) {
  if constexpr (kVectors % 2 == 0) {
    if (rows.gated) return finishGatedRow<Format, kVectors>(rows, row, output, sums);
  }
  auto* y = rows.y[row] + output;
  const auto* inner = rows.inner ? rows.inner[row] + output : nullptr;
  const auto* residual = rows.residual ? rows.residual[row] + output : nullptr;
#pragma GCC unroll 4
  for (int j = 0; j < kVectors; ++j) {
    const __mmask16 lanes = firstLanes(rows.outputs - output - j * 16);
    __m512 result = sums[j];
    if (inner) result = _mm512_add_ps(result, Format::load(inner + j * 16, lanes));
    if (rows.activation == LinearActivation::Gelu) {
      result = gelu(result);
    } else if (rows.activation != LinearActivation::None) {
      const __m512 slope = _mm512_set1_ps(rows.activation == LinearActivation::Relu ? 0 : rows.slope);
      result = _mm512_mask_mul_ps(result, _mm512_cmp_ps_mask(result, _mm512_setzero_ps(), _CMP_LT_OQ), result, slope);
    }
    if (residual) result = _mm512_add_ps(result, Format::load(residual + j * 16, lanes));
    Format::store(y + j * 16, lanes, result);
  }
}

/// Six tokens times up to 64 output channels in 24 registers over all inputs; what follows the product (bias,
/// activation, residual) happens before the sums leave their registers. `Format` is Float32 or BFloat16.
template <typename Format>
class LinearMultiplier {
  using Value = typename Format::Value;
  static constexpr int kTogether = 6;

 public:
  LinearMultiplier(const LinearRows<Value>& rows, float* scratch)
      : rows_(rows), words_(rows.inputs / Format::kPerWord), scratch_(reinterpret_cast<Value*>(scratch)) {}

  void run() {
    const Value* inputs[kLinearRows];
    for (int row = 0; row < rows_.rows; ++row) inputs[row] = rows_.normalise ? normalised(row) : rows_.x[row];
    const auto* panel = static_cast<const std::uint32_t*>(rows_.weights);
    for (int output = 0; output < rows_.outputs; output += rows_.panel) {
      const int left = rows_.outputs - output, vectors = roundUp(left < rows_.panel ? left : rows_.panel, 16) / 16;
      if (vectors == 4)
        multiplyPanel<4>(inputs, panel, output);
      else if (vectors == 3)
        multiplyPanel<3>(inputs, panel, output);
      else if (vectors == 2)
        multiplyPanel<2>(inputs, panel, output);
      else
        multiplyPanel<1>(inputs, panel, output);
      panel += static_cast<std::int64_t>(words_) * rows_.panel;
    }
  }

 private:
  const Value* normalised(int row) {
    Value* result = scratch_ + static_cast<std::int64_t>(row) * roundUp(rows_.inputs, 16);
    normaliseRow<Format>(rows_.x[row], rows_.inputs, rows_.epsilon, result);
    return result;
  }

  template <int kVectors>
  void multiplyPanel(const Value* const* inputs, const std::uint32_t* panel, int output) {
    for (int first = 0; first < rows_.rows; first += kTogether) {
      const int count = rows_.rows - first < kTogether ? rows_.rows - first : kTogether;
      const Value* x[kTogether];
#pragma GCC unroll 6
      for (int i = 0; i < kTogether; ++i) x[i] = inputs[first + (i < count ? i : 0)];
      __m512 sums[kTogether][kVectors];
#pragma GCC unroll 6
      for (int i = 0; i < kTogether; ++i) {
#pragma GCC unroll 4
        for (int j = 0; j < kVectors; ++j) sums[i][j] = _mm512_load_ps(rows_.bias + output + j * 16);
      }
      const std::uint32_t* weights = panel;
      for (std::int64_t word = 0; word < words_; ++word, weights += kVectors * 16) {
        __m512i columns[kVectors];
#pragma GCC unroll 4
        for (int j = 0; j < kVectors; ++j) columns[j] = _mm512_load_si512(weights + j * 16);
#pragma GCC unroll 6
        for (int i = 0; i < kTogether; ++i) {
          const __m512i input = broadcastWord(x[i] + word * Format::kPerWord);
#pragma GCC unroll 4
          for (int j = 0; j < kVectors; ++j) sums[i][j] = Format::dot(sums[i][j], input, columns[j]);
        }
      }
#pragma GCC unroll 6
      for (int i = 0; i < kTogether; ++i) {
        if (i < count) finishRow<Format, kVectors>(rows_, first + i, output, sums[i]);
      }
    }
  }

  const LinearRows<Value>& rows_;
  int words_;
  Value* scratch_;  // kLinearRows, inputs rounded up to 16
};

}  // namespace
}  // namespace heirloom::models
