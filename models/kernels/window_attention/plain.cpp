#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "models/kernels/window_attention/window_attention.h"

namespace heirloom::models {
namespace {

/// N H W C -> N * windows, side^2, C.
at::Tensor cut(const at::Tensor& tokens, int side) {
  const auto n = tokens.size(0), h = tokens.size(1), w = tokens.size(2), c = tokens.size(3);
  return tokens.view({n, h / side, side, w / side, side, c}).permute({0, 1, 3, 2, 4, 5}).reshape({-1, side * side, c});
}

at::Tensor join(const at::Tensor& windows, int side, std::int64_t n, std::int64_t h, std::int64_t w) {
  return windows.view({n, h / side, w / side, side, side, -1}).permute({0, 1, 3, 2, 4, 5}).reshape({n, h, w, -1});
}

/// Which tokens of a window are neighbours in the picture, too: those of one number. windows, side^2.
at::Tensor regions(std::int64_t h, std::int64_t w, const WindowAttentionShape& shape,
                   const at::TensorOptions& options) {
  const auto bands = [&](std::int64_t length) {
    at::Tensor band = at::zeros({length}, options);
    band.slice(0, length - shape.window, length - shape.shift).fill_(1);
    band.slice(0, length - shape.shift).fill_(2);
    return band;
  };
  const at::Tensor numbers = bands(h).unsqueeze(1) * 3 + bands(w);  // H W
  return cut(numbers.view({1, h, w, 1}), shape.window).squeeze(2);
}

/// -100 between tokens that are no neighbours: windows, 1, side^2, side^2.
at::Tensor mask(const at::Tensor& regions) {
  return (regions.unsqueeze(1) - regions.unsqueeze(2)).ne(0).to(regions.dtype()).mul_(-100).unsqueeze(1);
}

/// Logits that exist at once: those of all windows of a photo would be many times the photo.
constexpr std::int64_t kLogitsAtOnce = 1 << 22;

template <typename Similarity>
at::Tensor attend(const at::Tensor& qkv, const at::Tensor& bias, const WindowAttentionShape& shape,
                  const Similarity& similarity) {
  const auto n = qkv.size(0), h = qkv.size(1), w = qkv.size(2), c = qkv.size(3) / 3;
  const std::int64_t tokens = std::int64_t{shape.window} * shape.window;
  const auto parts = cut(shape.shift ? at::roll(qkv, {-shape.shift, -shape.shift}, {1, 2}) : qkv, shape.window)
                         .view({-1, tokens, 3, shape.heads, c / shape.heads})
                         .permute({2, 0, 3, 1, 4})
                         .unbind(0);  // windows, heads, side^2, head dimension
  const at::Tensor offsets = bias.to(qkv.scalar_type());
  const at::Tensor numbers = shape.shift ? regions(h, w, shape, qkv.options()) : at::Tensor();
  const std::int64_t each = h * w / tokens;  // windows of a picture
  const std::int64_t most = std::max<std::int64_t>(1, kLogitsAtOnce / (shape.heads * tokens * tokens));
  std::vector<at::Tensor> seen;
  for (std::int64_t picture = 0; picture < n; ++picture) {
    for (std::int64_t first = 0; first < each; first += most) {
      const std::int64_t count = std::min(most, each - first);
      const auto of = [&](const at::Tensor& part) { return part.narrow(0, picture * each + first, count); };
      at::Tensor logits = similarity(of(parts[0]), of(parts[1])) + offsets;
      if (shape.shift) logits = logits + mask(numbers.narrow(0, first, count));
      seen.push_back(at::matmul(at::softmax(logits, -1), of(parts[2])).transpose(1, 2).reshape({-1, tokens, c}));
    }
  }
  const at::Tensor joined = join(seen.size() == 1 ? seen.front() : at::cat(seen), shape.window, n, h, w);
  return shape.shift ? at::roll(joined, {shape.shift, shape.shift}, {1, 2}) : joined;
}

}  // namespace

at::Tensor plainWindowAttention(const at::Tensor& qkv, const at::Tensor& bias, const WindowAttentionShape& shape,
                                double scale) {
  return attend(qkv, bias, shape,
                [&](const at::Tensor& q, const at::Tensor& k) { return at::matmul(q * scale, k.transpose(-2, -1)); });
}

at::Tensor plainCosineWindowAttention(const at::Tensor& qkv, const at::Tensor& bias, const WindowAttentionShape& shape,
                                      const at::Tensor& scales) {
  const auto unit = [](const at::Tensor& x) { return x / x.norm(2, {-1}, true).clamp_min(1e-12); };
  return attend(qkv, bias, shape, [&](const at::Tensor& q, const at::Tensor& k) {
    return at::matmul(unit(q), unit(k).transpose(-2, -1)) * scales.to(q.scalar_type()).view({1, -1, 1, 1});
  });
}

at::Tensor plainOverlappingWindowAttention(const at::Tensor& q, const at::Tensor& kv, const at::Tensor& bias,
                                           int window, int keyWindow, int heads, double scale) {
  const auto n = q.size(0), h = q.size(1), w = q.size(2), c = q.size(3);
  const int border = (keyWindow - window) / 2;
  const at::Tensor around = at::constant_pad_nd(kv, {0, 0, border, border, border, border})
                                .unfold(1, keyWindow, window)
                                .unfold(2, keyWindow, window)  // N, rows, columns, 2C, side, side
                                .permute({0, 1, 2, 4, 5, 3})
                                .reshape({-1, keyWindow * keyWindow, 2, heads, c / heads})
                                .permute({2, 0, 3, 1, 4});  // 2, windows, heads, keys, head dimension
  const at::Tensor queries = cut(q, window).view({-1, window * window, heads, c / heads}).transpose(1, 2);
  const at::Tensor logits = at::matmul(queries * scale, around[0].transpose(-2, -1)) + bias.to(q.scalar_type());
  const at::Tensor seen = at::matmul(at::softmax(logits, -1), around[1]).transpose(1, 2);
  return join(seen.reshape({-1, window * window, c}), window, n, h, w);
}

}  // namespace heirloom::models
