#include "models/common/transposed_attention.h"

#include <vector>

namespace heirloom::models {
namespace {

constexpr double kShortest = 1e-12;

}  // namespace

at::Tensor transposedAttention(const at::Tensor& qkv, std::int64_t heads, const at::Tensor& temperature) {
  const std::int64_t n = qkv.size(0), pixels = qkv.size(1), channels = qkv.size(2) / 3;
  const std::vector<at::Tensor> parts =
      qkv.view({n, pixels, 3, heads, channels / heads}).permute({2, 0, 3, 4, 1}).unbind(0);  // n heads d pixels
  // Before the product: unscaled sums over all pixels would leave the range of half precision.
  const auto unit = [](const at::Tensor& rows) {
    const at::Tensor length = at::linalg_vector_norm(rows, 2, at::IntArrayRef{-1}, /*keepdim=*/true, at::kFloat);
    return rows / length.clamp_min(kShortest).to(rows.scalar_type());
  };
  const at::Tensor products = at::matmul(unit(parts[0]), unit(parts[1]).transpose(-2, -1)).to(at::kFloat);
  const at::Tensor weights = at::softmax(products * temperature, -1).to(qkv.scalar_type());  // n heads d d
  return at::matmul(weights, parts[2]).permute({0, 3, 1, 2}).reshape({n, pixels, channels});
}

}  // namespace heirloom::models
