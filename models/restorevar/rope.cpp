#include "models/restorevar/rope.h"

namespace heirloom::models {
namespace {

constexpr double kBase = 10000;
constexpr double kLeastLength = 1e-12;  // a length is not taken for less, as torch's normalize

}  // namespace

at::Tensor rotations(int side, int grid, int headDim) {
  const std::int64_t pairs = headDim / 4;  // of a half
  const at::Tensor exponent = at::arange(pairs, at::kFloat) * 4 / headDim;
  const at::Tensor frequency = 1.0 / at::pow(kBase, exponent);
  const at::Tensor position = at::arange(side, at::kFloat) / side * grid;
  const at::Tensor angle = at::outer(position, frequency);  // side, pairs
  const at::Tensor rows = angle.unsqueeze(1).expand({side, side, pairs});
  const at::Tensor columns = angle.unsqueeze(0).expand({side, side, pairs});
  const at::Tensor angles = at::cat({rows, columns}, 2).view({std::int64_t{side} * side, 2 * pairs});
  return at::polar(at::ones_like(angles), angles);
}

at::Tensor rotations(const std::vector<int>& sides, int headDim) {
  std::vector<at::Tensor> all;
  for (const int side : sides) all.push_back(rotations(side, sides.back(), headDim));
  return at::cat(all);
}

at::Tensor turnedUnit(const at::Tensor& x, const at::Tensor& factor, const at::Tensor& rows) {
  const at::Tensor wide = x.to(at::kFloat);
  at::Tensor scale = wide.norm(2, {-1}, /*keepdim=*/true).clamp_min(kLeastLength).reciprocal();
  if (factor.defined()) scale = scale * factor;
  const at::Tensor pairs = at::view_as_complex((wide * scale).unflatten(-1, {-1, 2}));
  return at::view_as_real(pairs * rows.unsqueeze(1)).flatten(-2);  // L 1 D/2 against N L H D/2
}

}  // namespace heirloom::models
