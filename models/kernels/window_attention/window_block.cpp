#include "models/kernels/window_attention/window_block.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <vector>

#include "models/kernels/packed_linear/layer_rows.h"
#include "models/kernels/scratch.h"
#include "models/kernels/window_attention/attend.h"
#include "models/kernels/window_attention/grid.h"

namespace heirloom::models {
namespace {

/// One thread's windows, one after another.
template <typename Value>
class BlockWindows {
 public:
  BlockWindows(const WindowGrid& grid, const PackedLinear& qkv, const PackedLinear& proj,
               const WindowRows<Value>& shared)
      : grid_(grid),
        channels_(proj.inputs),
        tokens_(grid.window * grid.window),
        regions_(tokens_.size()),
        together_(tokens_.size() * channels_ * 3),
        seen_(static_cast<std::int64_t>(tokens_.size()) * channels_),
        attentionScratch_(windowScratchFloats(shared.keys, shared.headDim)),
        linearScratch_(linearScratchFloats(channels_)),
        from_(tokens_.size()),
        plus_(tokens_.size()),
        to_(tokens_.size()),
        qkv_(linearRows<Value>(qkv)),
        proj_(linearRows<Value>(proj)),
        rows_(shared) {
    for (std::size_t i = 0; i < (tokens_.size() + kQueriesTogether - 1) / kQueriesTogether * kQueriesTogether; ++i) {
      const std::size_t token = std::min(i, tokens_.size() - 1);
      queries_.push_back(together_.data() + token * 3 * channels_);
      keys_.push_back(queries_.back() + channels_);
      values_.push_back(keys_.back() + channels_);
      results_.push_back(seen_.data() + token * channels_);
      togetherRows_.push_back(together_.data() + token * 3 * channels_);
      seenRows_.push_back(results_.back());
    }
    rows_.query = queries_.data();
    rows_.key = keys_.data();
    rows_.value = values_.data();
    rows_.result = results_.data();
  }

  void run(std::int64_t index, const Value* x, const Value* residual, Value* y) {
    grid_.locate(index, tokens_.data(), regions_.data());
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      from_[i] = x + tokens_[i] * channels_;
      plus_[i] = residual ? residual + tokens_[i] * channels_ : nullptr;
      to_[i] = y + tokens_[i] * channels_;
    }
    multiply(qkv_, from_.data(), nullptr, togetherRows_.data());
    rows_.queryRegion = rows_.keyRegion = grid_.mixed(index) ? regions_.data() : nullptr;
    attendWindow(rows_, attentionScratch_.data());
    multiply(proj_, seenRows_.data(), residual ? plus_.data() : nullptr, to_.data());
  }

 private:
  void multiply(LinearRows<Value>& layer, const Value* const* x, const Value* const* residual, Value* const* y) {
    const int count = static_cast<int>(tokens_.size());
    for (int first = 0; first < count; first += kLinearRows) {
      layer.rows = std::min(kLinearRows, count - first);
      layer.x = x + first;
      layer.residual = residual ? residual + first : nullptr;
      layer.y = y + first;
      multiplyLinear(layer, linearScratch_.data());
    }
  }

  const WindowGrid& grid_;
  std::int64_t channels_;
  std::vector<std::int64_t> tokens_;
  std::vector<std::int32_t> regions_;
  Scratch<Value> together_;  // queries, keys, values of the window
  Scratch<Value> seen_;      // what attention gives
  Scratch<float> attentionScratch_, linearScratch_;
  std::vector<const Value*> from_, plus_;
  std::vector<Value*> to_;
  std::vector<const Value*> queries_, keys_, values_, seenRows_;
  std::vector<Value*> results_, togetherRows_;
  LinearRows<Value> qkv_, proj_;
  WindowRows<Value> rows_;
};

template <typename Value>
void runAll(const WindowGrid& grid, const PackedLinear& qkv, const PackedLinear& proj, const WindowRows<Value>& shared,
            const at::Tensor& x, const at::Tensor& residual, const at::Tensor& y) {
  const auto* from = static_cast<const Value*>(x.const_data_ptr());
  const auto* plus = residual.defined() ? static_cast<const Value*>(residual.const_data_ptr()) : nullptr;
  auto* to = static_cast<Value*>(y.data_ptr());
  at::parallel_for(0, grid.count(), 1, [&](std::int64_t begin, std::int64_t end) {
    BlockWindows<Value> mine(grid, qkv, proj, shared);
    for (std::int64_t i = begin; i < end; ++i) mine.run(i, from, plus, to);
  });
}

}  // namespace

at::Tensor windowBlock(const at::Tensor& x, const PackedLinear& qkv, const PackedLinear& proj, const at::Tensor& bias,
                       const WindowAttentionShape& shape, const at::Tensor& scales, bool cosine,
                       const at::Tensor& residual) {
  const int tokens = shape.window * shape.window;
  TORCH_CHECK(x.dim() == 4 && x.is_contiguous() && x.scalar_type() == qkv.precision && shape.window >= 1 &&
                  shape.shift >= 0 && shape.shift < shape.window && x.size(1) % shape.window == 0 &&
                  x.size(2) % shape.window == 0,
              "windowBlock: expected contiguous ", qkv.precision, " N H W C with windows of ", shape.window, ", shift ",
              shape.shift, ", found ", x.scalar_type(), " ", x.sizes());
  const std::int64_t channels = x.size(3);
  TORCH_CHECK(qkv.inputs == channels && qkv.outputs == 3 * channels && proj.inputs == channels &&
                  proj.outputs == channels && proj.precision == qkv.precision && shape.heads >= 1 &&
                  channels % shape.heads == 0,
              "windowBlock: ", channels, " channels, ", shape.heads, " heads, layers ", qkv.inputs, " -> ", qkv.outputs,
              " and ", proj.inputs, " -> ", proj.outputs);
  TORCH_CHECK(bias.is_contiguous() && bias.scalar_type() == at::kFloat &&
                  bias.sizes() == at::IntArrayRef({shape.heads, tokens, tokens}) && scales.is_contiguous() &&
                  scales.scalar_type() == at::kFloat && scales.numel() == shape.heads,
              "windowBlock: bias ", bias.sizes(), " and scales ", scales.sizes(), " for ", shape.heads, " heads");
  TORCH_CHECK(!residual.defined() || (residual.is_contiguous() && residual.sizes() == x.sizes() &&
                                      residual.scalar_type() == x.scalar_type()),
              "windowBlock: the residual must be like x");
  const WindowGrid grid{x.size(0), x.size(1), x.size(2), shape.window, shape.shift};
  at::Tensor y = at::empty_like(x);
  const auto run = [&]<typename Value>(Value) {
    const WindowRows<Value> shared{.queries = tokens,
                                   .keys = tokens,
                                   .heads = shape.heads,
                                   .headDim = static_cast<int>(channels / shape.heads),
                                   .bias = bias.const_data_ptr<float>(),
                                   .scales = scales.const_data_ptr<float>(),
                                   .cosine = cosine};
    runAll<Value>(grid, qkv, proj, shared, x, residual, y);
  };
  if (qkv.precision == at::kFloat) {
    run(float{});
  } else {
    // An odd head dimension has no whole words; such networks do not exist, so there is no kernel for them.
    TORCH_CHECK(channels / shape.heads % 2 == 0, "windowBlock: odd head dimension in bfloat16");
    run(std::uint16_t{});
  }
  return y;
}

}  // namespace heirloom::models
