#include "models/common/continuous_bias.h"

#include <algorithm>
#include <cmath>

namespace heirloom::models {
namespace {

constexpr double kHighestBias = 16;
constexpr double kHighestScale = 100;

}  // namespace

at::Tensor logSpacedOffsets(std::int64_t first, std::int64_t last) {
  const at::Tensor offsets = at::arange(first, last + 1, at::kFloat) / std::max<std::int64_t>(1, last) * 8;
  return offsets.sign() * (offsets.abs() + 1).log2() / 3;
}

at::Tensor offsetPairs(const at::Tensor& rows, const at::Tensor& columns) {
  const std::int64_t h = rows.size(0), w = columns.size(0);
  return at::stack({rows.view({-1, 1}).expand({h, w}), columns.view({1, -1}).expand({h, w})}, -1)
      .unsqueeze(0)
      .contiguous();
}

at::Tensor continuousBias(const at::Tensor& pairs, const at::Tensor& first, const at::Tensor& bias,
                          const at::Tensor& second) {
  const at::Tensor inner = at::linear(pairs.flatten(0, 2), first, bias).relu();
  return at::linear(inner, second).sigmoid() * kHighestBias;
}

at::Tensor similarityScales(const at::Tensor& logarithms) {
  return logarithms.clamp_max(std::log(kHighestScale)).exp().flatten();
}

}  // namespace heirloom::models
