// Windows for LibTorch's fused attention, which has a kernel for GPUs that never writes the logits down.

#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

#include "models/kernels/window_attention/window_attention.h"

namespace heirloom::models {
namespace {

constexpr std::int64_t kWindowsAtOnce = 1 << 15;  // they are a side of CUDA's grid, which ends at 65535
constexpr std::int64_t kBiasesAtOnce = 1 << 25;   // values that are written down for windows at the borders of a shift
constexpr std::int64_t kWholeChannels = 8;        // of a head: fused kernels take multiples of it

/// Tokens N H W (parts heads d) by window: parts N rows columns heads side side d, the same memory.
at::Tensor piecesOf(const at::Tensor& tokens, int side, int parts, int heads) {
  const auto n = tokens.size(0), h = tokens.size(1), w = tokens.size(2), headDim = tokens.size(3) / (parts * heads);
  return tokens.view({n, h / side, side, w / side, side, parts, heads, headDim}).permute({5, 0, 1, 3, 6, 2, 4, 7});
}

/// A copy of such pieces whose heads have zeros behind their channels: of each part windows heads tokens channels.
std::vector<at::Tensor> inHeads(const at::Tensor& pieces) {
  std::vector<std::int64_t> sizes = pieces.sizes().vec();
  const std::int64_t headDim = sizes.back();
  sizes.back() = (headDim + kWholeChannels - 1) / kWholeChannels * kWholeChannels;
  const at::Tensor whole = at::empty(sizes, pieces.options());
  whole.narrow(-1, 0, headDim).copy_(pieces);
  whole.narrow(-1, headDim, sizes.back() - headDim).zero_();
  return whole.flatten(5, 6).flatten(1, 3).unbind(0);
}

/// windows heads tokens channels -> N H W C, without the zeros.
at::Tensor pictureOf(const at::Tensor& seen, std::int64_t headDim, int side, std::int64_t n, std::int64_t h,
                     std::int64_t w) {
  const std::int64_t heads = seen.size(1);
  return seen.narrow(3, 0, headDim)
      .view({n, h / side, w / side, heads, side, side, headDim})
      .permute({0, 1, 4, 2, 5, 3, 6})  // N rows side columns side heads d
      .reshape({n, h, w, heads * headDim});
}

/// The biases of each window of `count` rows of windows from row `first` on; the same for all where nothing is shifted.
at::Tensor biasesOfRows(const at::Tensor& kinds, std::int64_t first, std::int64_t count, std::int64_t rows,
                        std::int64_t columns) {
  if (kinds.size(0) == 1) return kinds;
  const at::Tensor each = at::empty({count, columns, kinds.size(1), kinds.size(2), kinds.size(3)}, kinds.options());
  each.copy_(kinds[0]);
  each.select(1, columns - 1).copy_(kinds[1]);
  if (first + count == rows) {
    each.select(0, count - 1).copy_(kinds[2]);
    each.select(0, count - 1).select(0, columns - 1).copy_(kinds[3]);
  }
  return each.flatten(0, 1);
}

/// softmax(scale q k^T + biases) v; q, k, v: windows heads tokens channels.
at::Tensor attendOnGpu(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& kinds,
                       std::int64_t rows, std::int64_t columns, double scale) {
  std::int64_t most = kWindowsAtOnce / columns;
  if (kinds.size(0) > 1) most = std::min(most, kBiasesAtOnce / (columns * kinds[0].numel()));
  most = std::clamp<std::int64_t>(most, 1, rows);
  std::vector<at::Tensor> seen;
  for (std::int64_t picture = 0; picture < q.size(0) / (rows * columns); ++picture) {
    for (std::int64_t first = 0; first < rows; first += most) {
      const std::int64_t count = std::min(most, rows - first);
      const auto of = [&](const at::Tensor& part) {
        return part.narrow(0, (picture * rows + first) * columns, count * columns);
      };
      seen.push_back(at::scaled_dot_product_attention(of(q), of(k), of(v),
                                                      biasesOfRows(kinds, first, count, rows, columns),
                                                      /*dropout_p=*/0, /*is_causal=*/false, scale));
    }
  }
  return seen.size() == 1 ? seen.front() : at::cat(seen);
}

/// In float32.
at::Tensor ofUnitLength(const at::Tensor& x) {
  return x / at::linalg_vector_norm(x, 2, at::IntArrayRef{-1}, /*keepdim=*/true, at::kFloat).clamp_min(1e-12);
}

/// `scales`: undefined, or those of a cosine similarity.
at::Tensor attendToWindows(const at::Tensor& qkv, const at::Tensor& kinds, const WindowAttentionShape& shape,
                           const at::Tensor& scales, double scale) {
  const auto n = qkv.size(0), h = qkv.size(1), w = qkv.size(2), headDim = qkv.size(3) / (3 * shape.heads);
  const at::Tensor moved = shape.shift ? at::roll(qkv, {-shape.shift, -shape.shift}, {1, 2}) : qkv;
  std::vector<at::Tensor> parts = inHeads(piecesOf(moved.contiguous(), shape.window, 3, shape.heads));
  if (scales.defined()) {
    parts[0] = (ofUnitLength(parts[0]) * scales.to(at::kFloat).view({1, -1, 1, 1})).to(qkv.scalar_type());
    parts[1] = ofUnitLength(parts[1]).to(qkv.scalar_type());
  }
  const at::Tensor seen =
      attendOnGpu(parts[0], parts[1], parts[2], kinds.to(qkv.scalar_type()), h / shape.window, w / shape.window, scale);
  const at::Tensor joined = pictureOf(seen, headDim, shape.window, n, h, w);
  return shape.shift ? at::roll(joined, {shape.shift, shape.shift}, {1, 2}) : joined;
}

}  // namespace

at::Tensor windowBiases(const at::Tensor& bias, const WindowAttentionShape& shape) {
  if (shape.shift == 0) return bias.unsqueeze(0);
  const std::int64_t side = shape.window;
  const at::Tensor behind = at::arange(side, bias.options()).ge(side - shape.shift);
  const auto apart = [&](const at::Tensor& tokens) {  // side, side
    const at::Tensor flat = tokens.reshape({-1});
    return flat.unsqueeze(0).ne(flat.unsqueeze(1));
  };
  const at::Tensor right = apart(behind.view({1, side}).expand({side, side}));
  const at::Tensor bottom = apart(behind.view({side, 1}).expand({side, side}));
  const at::Tensor masked = at::stack({at::zeros_like(right), right, bottom, right.logical_or(bottom)});
  return bias.unsqueeze(0) + masked.to(bias.scalar_type()).mul_(-100).unsqueeze(1);
}

at::Tensor gpuWindowAttention(const at::Tensor& qkv, const at::Tensor& biases, const WindowAttentionShape& shape,
                              double scale) {
  return attendToWindows(qkv, biases, shape, {}, scale);
}

at::Tensor gpuCosineWindowAttention(const at::Tensor& qkv, const at::Tensor& biases, const WindowAttentionShape& shape,
                                    const at::Tensor& scales) {
  return attendToWindows(qkv, biases, shape, scales, 1);
}

at::Tensor gpuOverlappingWindowAttention(const at::Tensor& q, const at::Tensor& kv, const at::Tensor& bias, int window,
                                         int keyWindow, int heads, double scale) {
  const auto n = q.size(0), h = q.size(1), w = q.size(2), headDim = q.size(3) / heads;
  const int border = (keyWindow - window) / 2;
  const at::Tensor around = at::constant_pad_nd(kv, {0, 0, border, border, border, border})
                                .unfold(1, keyWindow, window)
                                .unfold(2, keyWindow, window)  // N rows columns 2C side side
                                .unflatten(3, {2, heads, headDim})
                                .permute({3, 0, 1, 2, 4, 6, 7, 5});
  const std::vector<at::Tensor> keysAndValues = inHeads(around);
  const at::Tensor queries = inHeads(piecesOf(q.contiguous(), window, 1, heads)).front();
  const at::Tensor seen = attendOnGpu(queries, keysAndValues[0], keysAndValues[1],
                                      bias.unsqueeze(0).to(q.scalar_type()), h / window, w / window, scale);
  return pictureOf(seen, headDim, window, n, h, w);
}

}  // namespace heirloom::models
