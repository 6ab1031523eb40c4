#include "models/kernels/window_attention/window_attention.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <vector>

#include "models/kernels/processor.h"
#include "models/kernels/scratch.h"
#include "models/kernels/window_attention/attend.h"
#include "models/kernels/window_attention/grid.h"

namespace heirloom::models {
namespace {

/// What the kernels are for; whether this processor has them is `fast`.
bool served(const at::Tensor& x) {
  return x.is_cpu() && !(at::GradMode::is_enabled() && x.requires_grad()) &&
         (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
}

bool fast(const at::Tensor& x, std::int64_t headDim) {
  if (!served(x)) return false;
  return x.scalar_type() == at::kFloat ? processor().avx2 : processor().avx512Bf16 && headDim % 2 == 0;
}

bool onGpu(const at::Tensor& x) {
  return x.is_cuda() && !(at::GradMode::is_enabled() && x.requires_grad());
}

/// Where queries, keys and values of a batch of pictures lie.
template <typename Value>
struct Tokens {
  const Value* query;  // first token
  const Value* key;
  const Value* value;
  std::int64_t queryStride;  // values between tokens
  std::int64_t keyStride;
  Value* result;
  std::int64_t channels;
};

/// What all windows share.
struct Cut {
  WindowGrid grid;
  int keyWindow;  // equals the grid's window except in overlapping attention, which has no shift
  int heads;
  const float* bias;
  const float* scales;
  bool cosine;
};

/// The rows of one window after another, for one thread.
template <typename Value>
class Windows {
 public:
  Windows(const Tokens<Value>& tokens, const Cut& cut)
      : tokens_(tokens),
        cut_(cut),
        numbers_(cut.grid.window * cut.grid.window),
        regions_(numbers_.size()),
        queries_((numbers_.size() + kQueriesTogether - 1) / kQueriesTogether * kQueriesTogether),
        results_(queries_.size()),
        keys_(cut.keyWindow * cut.keyWindow),
        values_(keys_.size()),
        zeros_(tokens.channels),
        scratch_(windowScratchFloats(cut.keyWindow * cut.keyWindow, static_cast<int>(tokens.channels / cut.heads))),
        rows_{.queries = static_cast<int>(numbers_.size()),
              .keys = static_cast<int>(keys_.size()),
              .heads = cut.heads,
              .headDim = static_cast<int>(tokens.channels / cut.heads),
              .query = queries_.data(),
              .key = keys_.data(),
              .value = values_.data(),
              .result = results_.data(),
              .bias = cut.bias,
              .scales = cut.scales,
              .cosine = cut.cosine} {}

  void attendTo(std::int64_t index) {
    cut_.grid.locate(index, numbers_.data(), regions_.data());
    for (std::size_t i = 0; i < queries_.size(); ++i) {
      const std::int64_t token = numbers_[std::min(i, numbers_.size() - 1)];
      queries_[i] = tokens_.query + token * tokens_.queryStride;
      results_[i] = tokens_.result + token * tokens_.channels;
      if (i >= numbers_.size() || cut_.keyWindow != cut_.grid.window) continue;
      keys_[i] = tokens_.key + token * tokens_.keyStride;
      values_[i] = tokens_.value + token * tokens_.keyStride;
    }
    if (cut_.keyWindow != cut_.grid.window) locateAround(index);
    rows_.queryRegion = rows_.keyRegion = cut_.grid.mixed(index) ? regions_.data() : nullptr;
    attendWindow(rows_, scratch_.data());
  }

 private:
  void locateAround(std::int64_t index) {
    const WindowGrid& grid = cut_.grid;
    const int border = (cut_.keyWindow - grid.window) / 2;
    const std::int64_t top = grid.top(index) - border, left = grid.left(index) - border;
    std::size_t i = 0;
    for (std::int64_t y = top; y < top + cut_.keyWindow; ++y) {
      for (std::int64_t x = left; x < left + cut_.keyWindow; ++x, ++i) {
        const bool inside = y >= 0 && y < grid.height && x >= 0 && x < grid.width;
        const std::int64_t token = grid.picture(index) + y * grid.width + x;
        keys_[i] = inside ? tokens_.key + token * tokens_.keyStride : zeros_.data();
        values_[i] = inside ? tokens_.value + token * tokens_.keyStride : zeros_.data();
      }
    }
  }

  const Tokens<Value>& tokens_;
  const Cut& cut_;
  std::vector<std::int64_t> numbers_;
  std::vector<std::int32_t> regions_;
  std::vector<const Value*> queries_;
  std::vector<Value*> results_;
  std::vector<const Value*> keys_;
  std::vector<const Value*> values_;
  std::vector<Value> zeros_;
  Scratch<float> scratch_;
  WindowRows<Value> rows_;
};

template <typename Value>
void attendEverywhere(const Tokens<Value>& tokens, const Cut& cut) {
  at::parallel_for(0, cut.grid.count(), 1, [&](std::int64_t begin, std::int64_t end) {
    Windows<Value> mine(tokens, cut);
    for (std::int64_t i = begin; i < end; ++i) mine.attendTo(i);
  });
}

WindowGrid gridOf(const at::Tensor& tokens, int window, int shift) {
  return {tokens.size(0), tokens.size(1), tokens.size(2), window, shift};
}

/// On every processor, so that one without the kernels shows what one with them would refuse.
void check(const at::Tensor& tokens, const at::Tensor& bias, int parts, const WindowAttentionShape& shape,
           int keyWindow) {
  const auto& [window, shift, heads] = shape;
  TORCH_CHECK(window >= 1 && heads >= 1 && shift >= 0 && shift < window, "windowAttention: window ", window, ", shift ",
              shift, ", heads ", heads);
  TORCH_CHECK(tokens.dim() == 4 && tokens.is_contiguous() && tokens.size(1) % window == 0 &&
                  tokens.size(2) % window == 0 && tokens.size(3) % (parts * heads) == 0,
              "windowAttention: tokens must be contiguous N H W ", parts, "C, H and W multiples of ", window,
              ", found ", tokens.sizes());
  TORCH_CHECK(bias.is_contiguous() && bias.scalar_type() == at::kFloat &&
                  bias.sizes() == at::IntArrayRef({heads, window * window, keyWindow * keyWindow}),
              "windowAttention: bias must be contiguous float32 ", heads, " x ", window * window, " x ",
              keyWindow * keyWindow, ", found ", bias.sizes());
}

/// `q` and `kv` may be one tensor; `keyOffset` is where keys start in a token of `kv`, values follow C later.
template <typename Value>
at::Tensor attendAs(const at::Tensor& q, const at::Tensor& kv, std::int64_t channels, std::int64_t keyOffset,
                    const Cut& cut) {
  at::Tensor result = at::empty({q.size(0), q.size(1), q.size(2), channels}, q.options());
  const auto* first = static_cast<const Value*>(kv.const_data_ptr());
  attendEverywhere<Value>({.query = static_cast<const Value*>(q.const_data_ptr()),
                           .key = first + keyOffset,
                           .value = first + keyOffset + channels,
                           .queryStride = q.size(3),
                           .keyStride = kv.size(3),
                           .result = static_cast<Value*>(result.data_ptr()),
                           .channels = channels},
                          cut);
  return result;
}

at::Tensor attendFast(const at::Tensor& q, const at::Tensor& kv, std::int64_t channels, std::int64_t keyOffset,
                      const Cut& cut) {
  return q.scalar_type() == at::kFloat ? attendAs<float>(q, kv, channels, keyOffset, cut)
                                       : attendAs<std::uint16_t>(q, kv, channels, keyOffset, cut);
}

}  // namespace

at::Tensor windowAttention(const at::Tensor& qkv, const at::Tensor& bias, const WindowAttentionShape& shape,
                           double scale) {
  if (onGpu(qkv)) return gpuWindowAttention(qkv, windowBiases(bias, shape), shape, scale);
  if (served(qkv)) check(qkv, bias, 3, shape, shape.window);
  const std::int64_t channels = qkv.size(-1) / 3;
  if (!fast(qkv, channels / shape.heads)) return plainWindowAttention(qkv, bias, shape, scale);
  const std::vector<float> scales(shape.heads, static_cast<float>(scale));
  const Cut cut{gridOf(qkv, shape.window, shape.shift), shape.window,  shape.heads,
                bias.const_data_ptr<float>(),           scales.data(), false};
  return attendFast(qkv, qkv, channels, channels, cut);
}

at::Tensor cosineWindowAttention(const at::Tensor& qkv, const at::Tensor& bias, const WindowAttentionShape& shape,
                                 const at::Tensor& scales) {
  if (onGpu(qkv)) return gpuCosineWindowAttention(qkv, windowBiases(bias, shape), shape, scales);
  if (served(qkv)) check(qkv, bias, 3, shape, shape.window);
  TORCH_CHECK(scales.numel() == shape.heads, "cosineWindowAttention: one scale a head, found ", scales.sizes());
  const std::int64_t channels = qkv.size(-1) / 3;
  if (!fast(qkv, channels / shape.heads)) return plainCosineWindowAttention(qkv, bias, shape, scales);
  const at::Tensor perHead = scales.to(at::kFloat).contiguous().view({-1});
  const Cut cut{gridOf(qkv, shape.window, shape.shift), shape.window, shape.heads, bias.const_data_ptr<float>(),
                perHead.const_data_ptr<float>(),        true};
  return attendFast(qkv, qkv, channels, channels, cut);
}

at::Tensor overlappingWindowAttention(const at::Tensor& q, const at::Tensor& kv, const at::Tensor& bias, int window,
                                      int keyWindow, int heads, double scale) {
  if (onGpu(q)) return gpuOverlappingWindowAttention(q, kv, bias, window, keyWindow, heads, scale);
  if (served(q)) {
    check(q, bias, 1, {window, 0, heads}, keyWindow);
    TORCH_CHECK(kv.is_contiguous() && kv.sizes() == at::IntArrayRef({q.size(0), q.size(1), q.size(2), 2 * q.size(3)}) &&
                    keyWindow > window && (keyWindow - window) % 2 == 0,
                "overlappingWindowAttention: keys ", kv.sizes(), " around queries ", q.sizes(), ", windows ", window,
                " and ", keyWindow);
  }
  if (!fast(q, q.size(-1) / heads) || q.scalar_type() != kv.scalar_type())
    return plainOverlappingWindowAttention(q, kv, bias, window, keyWindow, heads, scale);
  const std::vector<float> scales(heads, static_cast<float>(scale));
  const Cut cut{gridOf(q, window, 0), keyWindow, heads, bias.const_data_ptr<float>(), scales.data(), false};
  return attendFast(q, kv, q.size(3), 0, cut);
}

}  // namespace heirloom::models
