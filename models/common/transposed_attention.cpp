#include "models/common/transposed_attention.h"

#include <vector>

#include "models/common/super_resolution.h"

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
  const at::Tensor seen =
      transposedAttention(qkv.flatten(1, 2), heads_, temperature_).view({x.size(0), x.size(2), x.size(3), x.size(1)});
  return project_out_->plus(residual, toImage(seen));
}

}  // namespace heirloom::models
