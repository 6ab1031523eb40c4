#pragma once

#include "models/kernels/packed_linear/rows.h"

namespace heirloom::models {
namespace {

/// x's erf-based GELU, x / 2 (1 + erf(x / sqrt 2)): erf as the quotient of two polynomials (that of Eigen and XLA),
/// absolute error below 1e-6.
template <class V>
inline V gelu(V x) {
  const V t = minimum(maximum(x * V::all(0.70710678118654752F), V::all(-4)), V::all(4));
  const V square = t * t;
  V above = V::all(-2.72614225801306e-10F);
  above = multiplyAdd(above, square, V::all(2.77068142495902e-08F));
  above = multiplyAdd(above, square, V::all(-2.10102402082508e-06F));
  above = multiplyAdd(above, square, V::all(-5.69250639462346e-05F));
  above = multiplyAdd(above, square, V::all(-7.34990630326855e-04F));
  above = multiplyAdd(above, square, V::all(-2.95459980854025e-03F));
  above = multiplyAdd(above, square, V::all(-1.60960333262415e-02F));
  V below = V::all(-1.45660718464996e-05F);
  below = multiplyAdd(below, square, V::all(-2.13374055278905e-04F));
  below = multiplyAdd(below, square, V::all(-1.68282697438203e-03F));
  below = multiplyAdd(below, square, V::all(-7.37332916720468e-03F));
  below = multiplyAdd(below, square, V::all(-1.42647390514189e-02F));
  const V half = x * V::all(0.5F);
  return multiplyAdd(half, t * above / below, half);
}

/// `V::rows` tokens times two vectors of output channels in registers over all inputs, in float32; what follows the
/// product (bias, activation, residual) happens before the sums leave their registers. `V` is a vector of simd/ and a
/// panel two of them wide.
template <class V>
class LinearMultiplier {
  static constexpr int kWidth = 2 * V::lanes;

 public:
  LinearMultiplier(const LinearRows<float>& rows, float* scratch) : rows_(rows), scratch_(scratch) {}

  void run() {
    const float* inputs[kLinearRows];
    for (int row = 0; row < rows_.rows; ++row) inputs[row] = rows_.normalise ? normalised(row) : rows_.x[row];
    const auto* panel = static_cast<const float*>(rows_.weights);
    for (int output = 0; output < rows_.outputs; output += kWidth, panel += std::int64_t{rows_.inputs} * kWidth) {
      for (int first = 0; first < rows_.rows; first += V::rows) multiply(inputs, panel, output, first);
    }
  }

 private:
  const float* normalised(int row) {
    const float* x = rows_.x[row];
    float* result = scratch_ + static_cast<std::int64_t>(row) * ((rows_.inputs + 15) / 16 * 16);
    const float count = static_cast<float>(rows_.inputs);
    V sum = V::all(0);
    for (int i = 0; i < rows_.inputs; i += V::lanes) sum = sum + V::loadFirst(x + i, rows_.inputs - i);
    const float mean = total(sum) / count;
    V squares = V::all(0);
    int i = 0;
    for (; i + V::lanes <= rows_.inputs; i += V::lanes) {
      const V centred = V::load(x + i) - V::all(mean);
      squares = multiplyAdd(centred, centred, squares);
    }
    float variance = total(squares);
    for (; i < rows_.inputs; ++i) variance += (x[i] - mean) * (x[i] - mean);
    const V deviation = squareRoot(V::all(variance / count + rows_.epsilon));
    for (i = 0; i < rows_.inputs; i += V::lanes) {
      const V centred = V::loadFirst(x + i, rows_.inputs - i) - V::all(mean);
      (centred / deviation).store(result + i);
    }
    return result;
  }

  static float total(V vector) {
    float lanes[V::lanes];
    vector.store(lanes);
    float sum = 0;
    for (int i = 0; i < V::lanes; ++i) sum += lanes[i];
    return sum;
  }

  void multiply(const float* const* inputs, const float* weights, int output, int first) {
    const int count = rows_.rows - first < V::rows ? rows_.rows - first : V::rows;
    const float* x[V::rows];
    V sums[V::rows][2];
#pragma GCC unroll 6
    for (int i = 0; i < V::rows; ++i) {
      x[i] = inputs[first + (i < count ? i : 0)];
      sums[i][0] = V::load(rows_.bias + output);
      sums[i][1] = V::load(rows_.bias + output + V::lanes);
    }
    for (int input = 0; input < rows_.inputs; ++input, weights += kWidth) {
      const V left = V::load(weights), right = V::load(weights + V::lanes);
#pragma GCC unroll 6
      for (int i = 0; i < V::rows; ++i) {
        const V value = V::all(x[i][input]);
        sums[i][0] = multiplyAdd(value, left, sums[i][0]);
        sums[i][1] = multiplyAdd(value, right, sums[i][1]);
      }
    }
#pragma GCC unroll 6
    for (int i = 0; i < V::rows; ++i) {
      if (i >= count) break;
      if (rows_.gated) {
        finishGated(first + i, output / 2, sums[i][0], sums[i][1]);
        continue;
      }
      finish(first + i, output, sums[i][0]);
      if (output + V::lanes < rows_.outputs) finish(first + i, output + V::lanes, sums[i][1]);
    }
  }

  void finishGated(int row, int output, V value, V gate) {
    if (rows_.inner) {
      value = value + V::load(rows_.inner[row] + output);
      gate = gate + V::load(rows_.inner[row] + rows_.outputs / 2 + output);
    }
    V result = value * gelu(gate);
    if (rows_.residual) result = result + V::load(rows_.residual[row] + output);
    result.store(rows_.y[row] + output);
  }

  void finish(int row, int output, V result) {
    const int count = rows_.outputs - output;
    if (rows_.inner) result = result + V::loadFirst(rows_.inner[row] + output, count);
    if (rows_.activation == LinearActivation::Gelu) {
      result = gelu(result);
    } else if (rows_.activation != LinearActivation::None) {
      result =
          whereNegative(result, result * V::all(rows_.activation == LinearActivation::Relu ? 0 : rows_.slope), result);
    }
    float* const y = rows_.y[row] + output;
    if (rows_.residual) result = result + V::loadFirst(rows_.residual[row] + output, count);
    if (count >= V::lanes)
      result.store(y);
    else
      result.storeFirst(y, count);
  }

  const LinearRows<float>& rows_;
  float* scratch_;  // kLinearRows, inputs rounded up to 16
};

}  // namespace
}  // namespace heirloom::models
