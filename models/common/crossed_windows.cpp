#include "models/common/crossed_windows.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "models/common/state_names.h"
#include "models/common/windows.h"

namespace heirloom::models {
namespace {

/// windows, tokens, tokens.
at::Tensor mask(std::int64_t h, std::int64_t w, const RectangularWindows& windows, const at::TensorOptions& options) {
  const at::Tensor regions = shiftedBands(h, windows.rows, windows.down, options).unsqueeze(1) * 3 +
                             shiftedBands(w, windows.columns, windows.right, options);  // H W
  const at::Tensor ids = cutWindows(regions.view({1, h, w, 1}), windows.rows, windows.columns).squeeze(2);
  return (ids.unsqueeze(1) - ids.unsqueeze(2)).ne(0).to(options.dtype()) * kApart;
}

}  // namespace

at::Tensor rectangularWindowAttention(const at::Tensor& qkv, const at::Tensor& bias, const RectangularWindows& windows,
                                      std::int64_t heads, double scale) {
  const auto n = qkv.size(0), h = qkv.size(1), w = qkv.size(2), c = qkv.size(4);
  const bool shifted = windows.down > 0 || windows.right > 0;
  const at::Tensor rolled = shifted ? at::roll(qkv, {-windows.down, -windows.right}, {1, 2}) : qkv;
  const std::vector<at::Tensor> parts = cutWindows(rolled, windows.rows, windows.columns)
                                            .view({-1, windows.rows * windows.columns, 3, heads, c / heads})
                                            .permute({2, 0, 3, 1, 4})
                                            .unbind(0);  // windows, heads, tokens, head dimension
  at::Tensor added = bias.unsqueeze(0);                  // 1, heads, tokens, tokens
  if (shifted && windows.masked) added = added + mask(h, w, windows, bias.options()).unsqueeze(1).repeat({n, 1, 1, 1});
  const at::Tensor seen = at::scaled_dot_product_attention(parts[0], parts[1], parts[2], added.to(qkv.scalar_type()),
                                                           /*dropout_p=*/0, /*is_causal=*/false, scale);
  const at::Tensor joined = joinWindows(seen.transpose(1, 2).flatten(2), windows.rows, windows.columns, h, w);
  return shifted ? at::roll(joined, {windows.down, windows.right}, {1, 2}) : joined;
}

std::optional<std::pair<int, int>> windowSides(int tokens, int offsets) {
  const int sum = (4 * tokens + 1 - offsets) / 2;
  const int difference = squareRoot(std::max(0, sum * sum - 4 * tokens));
  const std::pair<int, int> sides{(sum - difference) / 2, (sum + difference) / 2};
  if (sides.first < 1 || sides.first * sides.second != tokens) return std::nullopt;
  return sides;
}

OffsetBiasImpl::OffsetBiasImpl(int features, int heads, int rows, int columns, bool ownTables)
    : tokens_(rows * columns),
      pos_proj_(nullptr),
      norm1_(nullptr),
      norm2_(nullptr),
      norm3_(nullptr),
      pos1_(nullptr),
      pos2_(nullptr),
      pos3_(nullptr) {
  const auto offsets = [](int side) { return at::arange(1 - side, side, at::kFloat); };
  const std::int64_t across = 2 * columns - 1;
  rpe_biases_ = at::stack({offsets(rows).view({-1, 1}).expand({-1, across}),
                           offsets(columns).view({1, -1}).expand({2 * rows - 1, -1})},
                          -1)
                    .flatten(0, 1)
                    .contiguous();
  const at::Tensor token = at::arange(tokens_, at::kLong);
  const auto difference = [](const at::Tensor& place) { return place.unsqueeze(1) - place.unsqueeze(0); };
  relative_position_index_ = (difference(token.div(columns, "floor")) + (rows - 1)) * across +
                             difference(token.remainder(columns)) + (columns - 1);
  if (ownTables) {
    register_buffer("rpe_biases", rpe_biases_);
    register_buffer("relative_position_index", relative_position_index_);
  }
  const int inner = features / 4 / 4;
  const auto pos = submodule(*this, "pos");
  pos_proj_ = pos->register_module("pos_proj", Linear(2, inner));
  const auto step = [&](const char* name, LayerNorm& norm, Linear& linear, int out) {
    const auto sequence = submodule(*pos, name);
    norm = sequence->register_module("0", LayerNorm(inner));
    linear = sequence->register_module("2", Linear(inner, out));
  };
  step("pos1", norm1_, pos1_, inner);
  step("pos2", norm2_, pos2_, inner);
  step("pos3", norm3_, pos3_, heads);
}

// By hand, in float32: a handful of numbers that every logit depends on.
at::Tensor OffsetBiasImpl::bias() const {
  at::Tensor x = at::linear(rpe_biases_.to(pos_proj_->weight.device()), pos_proj_->weight, pos_proj_->bias);
  const auto step = [&](const LayerNorm& norm, const Linear& linear) {
    const at::Tensor normed = at::layer_norm(x, norm->weight.sizes(), norm->weight, norm->bias, norm->epsilon());
    x = at::linear(normed.relu(), linear->weight, linear->bias);
  };
  step(norm1_, pos1_);
  step(norm2_, pos2_);
  step(norm3_, pos3_);
  return x.index_select(0, relative_position_index_.flatten().to(x.device()))
      .view({tokens_, tokens_, -1})
      .permute({2, 0, 1})
      .contiguous();
}

CrossedWindows::CrossedWindows(torch::nn::Module& owner, const CrossedWindowsConfig& config) : config_(config) {
  const auto attns = submodule(owner, "attns");
  const int half = config.features / 2, heads = config.heads / 2;
  const auto add = [&](const char* name, int rows, int columns) {
    attns_.push_back(attns->register_module(name, OffsetBias(half, heads, rows, columns, config.ownTables)));
  };
  add("0", config.shortSide, config.longSide);
  add("1", config.longSide, config.shortSide);
}

at::Tensor CrossedWindows::forward(const at::Tensor& qkv) const {
  const auto n = qkv.size(0), h = qkv.size(1), w = qkv.size(2);
  const std::int64_t side = std::max(config_.shortSide, config_.longSide);
  const auto missing = [&](std::int64_t length) { return (side - length % side) % side; };
  // Zeros join in behind the linear layer, so that they are keys without a bias of their own.
  const at::Tensor padded = at::constant_pad_nd(qkv, {0, 0, 0, missing(w), 0, missing(h)});
  const at::Tensor parts = padded.view({n, padded.size(1), padded.size(2), 3, config_.features});
  const std::int64_t half = config_.features / 2;
  const double scale = 1 / std::sqrt(static_cast<double>(config_.features) / config_.heads);
  std::vector<at::Tensor> halves;
  for (std::size_t i = 0; i < attns_.size(); ++i) {
    RectangularWindows windows{.rows = config_.shortSide, .columns = config_.longSide, .masked = config_.masked};
    if (i == 1) std::swap(windows.rows, windows.columns);
    if (config_.shifted) {
      windows.down = windows.rows / 2;
      windows.right = windows.columns / 2;
    }
    const at::Tensor bias = i < biases_.size() ? biases_[i] : attns_[i]->bias();
    halves.push_back(rectangularWindowAttention(parts.narrow(4, static_cast<std::int64_t>(i) * half, half), bias,
                                                windows, config_.heads / 2, scale));
  }
  return at::cat(halves, 3).slice(1, 0, h).slice(2, 0, w);
}

void CrossedWindows::place() {
  biases_.clear();
  for (const OffsetBias& windows : attns_) biases_.push_back(windows->bias().detach());
}

}  // namespace heirloom::models
