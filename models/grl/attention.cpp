#include "models/grl/attention.h"

#include <torch/types.h>

#include <utility>
#include <vector>

#include "models/common/continuous_bias.h"
#include "models/common/super_resolution.h"
#include "models/common/windows.h"
#include "models/kernels/window_attention/window_attention.h"

namespace heirloom::models {
namespace {

constexpr int kLargestKernelWindow = 16;
constexpr double kShortest = 1e-12;

at::Tensor unit(const at::Tensor& x) {
  const at::Tensor length = at::linalg_vector_norm(x, 2, at::IntArrayRef{-1}, /*keepdim=*/true, at::kFloat);
  return x / length.clamp_min(kShortest).to(x.scalar_type());
}

/// softmax(scales cosine(q, k) + bias) v. `q`, `k`, `v`: windows, heads, tokens, channels; `bias`: heads, queries,
/// keys.
at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& scales,
                  const at::Tensor& bias) {
  const at::Tensor queries = unit(q) * scales.to(q.scalar_type()).view({1, -1, 1, 1});
  return at::scaled_dot_product_attention(queries, unit(k), v, bias.unsqueeze(0).to(q.scalar_type()), /*dropout_p=*/0,
                                          /*is_causal=*/false, /*scale=*/1.0);
}

RectangularWindows reduced(const RectangularWindows& grid, std::int64_t by) {
  return {grid.rows / by, grid.columns / by, grid.down / by, grid.right / by};
}

/// Windows as a grid: N H W C, rolled -> N, rows of windows, columns of windows, tokens of one, C.
at::Tensor gridOf(const at::Tensor& x, const RectangularWindows& grid) {
  const at::Tensor rolled = grid.down > 0 || grid.right > 0 ? at::roll(x, {-grid.down, -grid.right}, {1, 2}) : x;
  return cutWindows(rolled, grid.rows, grid.columns)
      .view({x.size(0), x.size(1) / grid.rows, x.size(2) / grid.columns, grid.rows * grid.columns, x.size(3)});
}

/// Windows of a grid that a shift masks in the same way: those inside, in the last row, the last column or both.
struct GridPart {
  std::int64_t firstRow = 0, endRow = 0, firstColumn = 0, endColumn = 0;
  bool lastRow = false, lastColumn = false;

  bool masked() const { return lastRow || lastColumn; }
  at::Tensor of(const at::Tensor& grid) const {  // as `gridOf` gives it
    return grid.slice(1, firstRow, endRow).slice(2, firstColumn, endColumn);
  }
  /// Numbers of the tokens of a window, equal for those that are neighbours in the picture.
  at::Tensor regions(const RectangularWindows& grid, const at::TensorOptions& options) const {
    const auto bands = [&](bool last, std::int64_t length, std::int64_t shift) {
      return last ? shiftedBands(length, length, shift, options) : at::zeros({length}, options);
    };
    return (bands(lastRow, grid.rows, grid.down).unsqueeze(1) * 3 + bands(lastColumn, grid.columns, grid.right))
        .flatten();
  }
};

std::vector<GridPart> partsOf(const RectangularWindows& grid, std::int64_t rows, std::int64_t columns) {
  if (grid.down == 0 && grid.right == 0) return {{.endRow = rows, .endColumn = columns}};
  std::vector<GridPart> parts;
  for (const bool lastRow : {false, true}) {
    for (const bool lastColumn : {false, true}) {
      const GridPart part{lastRow ? rows - 1 : 0,
                          lastRow ? rows : rows - 1,
                          lastColumn ? columns - 1 : 0,
                          lastColumn ? columns : columns - 1,
                          lastRow,
                          lastColumn};
      if (part.firstRow < part.endRow && part.firstColumn < part.endColumn) parts.push_back(part);
    }
  }
  return parts;
}

/// What keeps the tokens of queries and keys apart that a shift brought together: queries, keys.
at::Tensor apart(const at::Tensor& queries, const at::Tensor& keys) {
  return queries.unsqueeze(1).ne(keys.unsqueeze(0)).to(queries.scalar_type()) * kApart;
}

/// `attention(part, parts)` for every part of the grid, where `parts` are its queries, keys and values: windows, heads,
/// tokens, channels. `qkv`: N H W 3C. Returns N H W C.
template <typename Attention>
at::Tensor overGrid(const at::Tensor& qkv, const RectangularWindows& grid, std::int64_t heads,
                    const Attention& attention) {
  const std::int64_t channels = qkv.size(3) / 3;
  const at::Tensor windows = gridOf(qkv, grid);
  at::Tensor seen =
      at::empty({windows.size(0), windows.size(1), windows.size(2), windows.size(3), channels}, qkv.options());
  for (const GridPart& part : partsOf(grid, windows.size(1), windows.size(2))) {
    at::Tensor mine = part.of(seen);
    const std::vector<at::Tensor> parts = part.of(windows)
                                              .flatten(0, 2)
                                              .view({-1, windows.size(3), 3, heads, channels / heads})
                                              .permute({2, 0, 3, 1, 4})
                                              .unbind(0);
    mine.copy_(attention(part, parts).transpose(1, 2).reshape(mine.sizes()));
  }
  const at::Tensor joined = joinWindows(seen.flatten(0, 2), grid.rows, grid.columns, qkv.size(1), qkv.size(2));
  return grid.down > 0 || grid.right > 0 ? at::roll(joined, {grid.down, grid.right}, {1, 2}) : joined;
}

}  // namespace

at::Tensor offsetBias(const at::Tensor& table, std::int64_t queryRows, std::int64_t queryColumns) {
  const std::int64_t keyRows = table.size(1) - queryRows + 1, keyColumns = table.size(2) - queryColumns + 1;
  // Entry q - k + keys - 1 counts down along keys, so the table is walked backwards.
  return table.flip({1, 2})
      .unfold(1, keyRows, 1)
      .unfold(2, keyColumns, 1)  // heads, query rows and columns from their ends, key rows, key columns
      .flip({1, 2})
      .reshape({table.size(0), queryRows * queryColumns, keyRows * keyColumns});
}

GrlTransformImpl::GrlTransformImpl(int heads)
    : logit_scale_(register_parameter("logit_scale", at::empty({heads, 1, 1}))) {
  const auto mlp = submodule(*this, "cpb_mlp");
  const auto first = submodule(*mlp, "0");
  first_ = first->register_parameter("weight", at::empty({kBiasFeatures, 2}));
  bias_ = first->register_parameter("bias", at::empty({kBiasFeatures}));
  second_ = submodule(*mlp, "2")->register_parameter("weight", at::empty({heads, kBiasFeatures}));
}

at::Tensor GrlTransformImpl::scales() const {
  return similarityScales(logit_scale_);
}

at::Tensor GrlTransformImpl::table(std::int64_t rows, std::int64_t columns, std::int64_t reduction) const {
  const auto offsets = [&](std::int64_t side) {
    const std::int64_t anchors = side / reduction;
    const std::int64_t centre = (side - anchors) / 2;
    return logSpacedOffsets(1 - anchors - centre, side - 1 - centre);
  };
  const at::Tensor pairs = offsetPairs(offsets(rows), offsets(columns)).to(first_.device());
  return continuousBias(pairs, first_, bias_, second_)
      .view({pairs.size(1), pairs.size(2), -1})
      .permute({2, 0, 1})
      .contiguous();
}

GrlAttentionImpl::GrlAttentionImpl(const GrlConfig& config, int index)
    : index_(index),
      windowHeads_(config.windowHeads),
      stripeHeads_(config.stripeHeads),
      qkv_(config.features, 3 * config.features, LinearOptions{.bias = config.bias}),
      anchor_(config.features, config.features / 2),
      proj_(register_module("proj", Linear(config.features, config.features))),
      window_(config.windowHeads),
      toAnchors_(config.stripeHeads),
      fromAnchors_(config.stripeHeads) {
  submodule(*this, "qkv")->register_module("body", qkv_);
  submodule(*submodule(*submodule(*this, "anchor"), "body"), "0")->register_module("reduction", anchor_);
  submodule(*this, "window_attn")->register_module("attn_transform", window_);
  const auto stripe = submodule(*this, "stripe_attn");
  stripe->register_module("attn_transform1", toAnchors_);
  stripe->register_module("attn_transform2", fromAnchors_);
  use(config.windows);
}

void GrlAttentionImpl::use(const GrlWindows& windows) {
  reduction_ = windows.reduction;
  const std::int64_t shift = index_ % 2 == 0 ? windows.window / 2 : 0;
  square_ = {windows.window, windows.window, shift, shift};
  stripe_ = {windows.rows, windows.columns};
  if (index_ % 2 == 1) std::swap(stripe_.rows, stripe_.columns);
  if (index_ % 4 >= 2) {
    stripe_.down = stripe_.rows / 2;
    stripe_.right = stripe_.columns / 2;
  }
  near_ = gathering_ = spreading_ = {};
}

GrlAttentionImpl::Transform GrlAttentionImpl::prepared(const GrlTransform& transform, const RectangularWindows& grid,
                                                       std::int64_t reduction) const {
  return {transform->scales().detach(), transform->table(grid.rows, grid.columns, reduction).detach()};
}

at::Tensor GrlAttentionImpl::inWindows(const at::Tensor& qkv) const {
  const at::Tensor bias = offsetBias(near_.table, square_.rows, square_.columns);
  if (qkv_->packed() && square_.rows <= kLargestKernelWindow) {
    const WindowAttentionShape shape{static_cast<int>(square_.rows), static_cast<int>(square_.down), windowHeads_};
    return cosineWindowAttention(qkv.contiguous(), bias, shape, near_.scales);
  }
  return overGrid(qkv, square_, windowHeads_, [&](const GridPart& part, const std::vector<at::Tensor>& parts) {
    const at::Tensor regions = part.regions(square_, bias.options());
    return attend(parts[0], parts[1], parts[2], near_.scales, part.masked() ? bias + apart(regions, regions) : bias);
  });
}

at::Tensor GrlAttentionImpl::inStripes(const at::Tensor& qkv, const at::Tensor& anchors) const {
  const RectangularWindows sparse = reduced(stripe_, reduction_);
  const at::Tensor gather = offsetBias(gathering_.table, sparse.rows, sparse.columns);
  const at::Tensor spread = offsetBias(spreading_.table, stripe_.rows, stripe_.columns);
  const at::Tensor few = gridOf(anchors, sparse);
  return overGrid(qkv, stripe_, stripeHeads_, [&](const GridPart& part, const std::vector<at::Tensor>& parts) {
    const at::Tensor middle =
        part.of(few).flatten(0, 2).view({-1, few.size(3), stripeHeads_, few.size(4) / stripeHeads_}).transpose(1, 2);
    at::Tensor toAnchors = gather, fromAnchors = spread;
    if (part.masked()) {
      const at::Tensor mask = apart(part.regions(sparse, gather.options()), part.regions(stripe_, gather.options()));
      toAnchors = gather + mask;
      fromAnchors = spread + mask.transpose(0, 1);
    }
    const at::Tensor gathered = attend(middle, parts[1], parts[2], gathering_.scales, toAnchors);
    return attend(parts[0], middle, gathered, spreading_.scales, fromAnchors);
  });
}

at::Tensor GrlAttentionImpl::forward(const at::Tensor& x) {
  if (!near_.table.defined()) {
    near_ = prepared(window_, square_, 1);
    gathering_ = prepared(toAnchors_, stripe_, reduction_);
    spreading_ = prepared(fromAnchors_, stripe_, reduction_);
  }
  const std::int64_t half = 3 * x.size(3) / 2;
  const at::Tensor qkv = qkv_->forward(x);
  const at::Tensor anchors = anchor_->forward(toTokens(at::avg_pool2d(toImage(x), {reduction_, reduction_})));
  return proj_->forward(at::cat({inWindows(qkv.narrow(3, 0, half)), inStripes(qkv.narrow(3, half, half), anchors)}, 3));
}

}  // namespace heirloom::models
