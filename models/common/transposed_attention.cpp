#include "models/common/transposed_attention.h"

#include <vector>

#include "models/common/super_resolution.h"
#include "models/common/whole_statistics.h"

namespace heirloom::models {
namespace {

constexpr double kShortest = 1e-12;

/// Queries, keys and values of `qkv`, N L 3C: N heads d L each.
std::vector<at::Tensor> byHead(const at::Tensor& qkv, std::int64_t heads) {
  const std::int64_t n = qkv.size(0), pixels = qkv.size(1), channels = qkv.size(2) / 3;
  return qkv.view({n, pixels, 3, heads, channels / heads}).permute({2, 0, 3, 4, 1}).unbind(0);
}

/// The cosines between channels of queries and of keys: N heads d d, float32.
at::Tensor productsOf(const at::Tensor& qkv, std::int64_t heads) {
  // Before the product: unscaled sums over all pixels would leave the range of half precision.
  const auto unit = [](const at::Tensor& rows) {
    const at::Tensor length = at::linalg_vector_norm(rows, 2, at::IntArrayRef{-1}, /*keepdim=*/true, at::kFloat);
    return rows / length.clamp_min(kShortest).to(rows.scalar_type());
  };
  const std::vector<at::Tensor> parts = byHead(qkv, heads);
  return at::matmul(unit(parts[0]), unit(parts[1]).transpose(-2, -1)).to(at::kFloat);
}

/// Values of `qkv` mixed by those products, of which there may be one for all pictures.
at::Tensor mixedBy(const at::Tensor& products, const at::Tensor& qkv, const at::Tensor& temperature) {
  const at::Tensor weights = at::softmax(products * temperature, -1).to(qkv.scalar_type());  // n heads d d
  const at::Tensor values = byHead(qkv, products.size(1))[2];
  return at::matmul(weights, values).permute({0, 3, 1, 2}).reshape({qkv.size(0), qkv.size(1), qkv.size(2) / 3});
}

}  // namespace

at::Tensor transposedAttention(const at::Tensor& qkv, std::int64_t heads, const at::Tensor& temperature) {
  return mixedBy(productsOf(qkv, heads), qkv, temperature);
}

at::Tensor wholeTransposedAttention(const at::Tensor& qkv, std::int64_t heads, const at::Tensor& temperature) {
  const at::Tensor products = WholeStatistics::of(
      toImage(qkv), [heads](const at::Tensor& whole) { return productsOf(toTokens(whole).flatten(1, 2), heads); });
  return mixedBy(products, qkv.flatten(1, 2), temperature).view({qkv.size(0), qkv.size(1), qkv.size(2), -1});
}

TransposedAttention::TransposedAttention(torch::nn::Module& owner, const std::string& name, int features, int heads)
    : heads_(heads),
      qkv_(pointwise(features, 3 * features, {.bias = false})),
      qkv_dwconv_(depthwise(3 * features, {.bias = false})),
      project_out_(pointwise(features, features, {.bias = false})) {
  const auto module = submodule(owner, name);
  temperature_ = module->register_parameter("temperature", at::empty({heads, 1, 1}));
  module->register_module("qkv", qkv_);
  module->register_module("qkv_dwconv", qkv_dwconv_);
  module->register_module("project_out", project_out_);
}

at::Tensor TransposedAttention::plus(const at::Tensor& residual, const at::Tensor& x) {
  const at::Tensor qkv = toTokens(qkv_dwconv_->forward(qkv_->forward(x)));
  return project_out_->plus(residual, toImage(wholeTransposedAttention(qkv, heads_, temperature_)));
}

}  // namespace heirloom::models
