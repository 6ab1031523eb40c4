#include "models/kernels/packed_linear/packed_linear.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <vector>

#include "models/kernels/packed_linear/layer_rows.h"
#include "models/kernels/processor.h"
#include "models/kernels/scratch.h"

namespace heirloom::models {
namespace {

at::Tensor alignedBytes(std::int64_t count) {
  // LibTorch's CPU allocator aligns to 64 bytes, which the kernels' loads of weights rely on.
  at::Tensor bytes = at::zeros({count}, at::kByte);
  TORCH_CHECK(reinterpret_cast<std::uintptr_t>(bytes.data_ptr()) % 64 == 0, "packLinear: memory is not aligned");
  return bytes;
}

std::int64_t panelWidth(at::ScalarType precision) {
  if (precision == at::kBFloat16 && processor().amxBf16) return kPanelWidthTiles;
  return processor().avx512 ? kPanelWidth : kPanelWidthAvx2;
}

template <typename Value>
void fillPanels(const at::Tensor& weight, std::int64_t widest, Value* panels) {
  constexpr std::int64_t kPerWord = 4 / sizeof(Value);
  const std::int64_t outputs = weight.size(0), inputs = weight.size(1);
  const auto* from = static_cast<const Value*>(weight.const_data_ptr());
  for (std::int64_t output = 0; output < outputs; ++output) {
    const std::int64_t panel = output / widest;
    const std::int64_t width = std::min(widest, (outputs - panel * widest + 15) / 16 * 16);
    Value* to = panels + panel * widest * inputs + output % widest * kPerWord;
    for (std::int64_t input = 0; input < inputs; ++input)
      to[input / kPerWord * width * kPerWord + input % kPerWord] = from[output * inputs + input];
  }
}

/// Rows of a contiguous matrix, a block at a time.
template <typename Pointer>
class RowList {
 public:
  RowList(Pointer first, std::int64_t stride) : first_(first), stride_(stride), rows_(kLinearRows) {}
  /// Rows `begin` to `end`, from their value `column` on.
  const Pointer* block(std::int64_t begin, std::int64_t end, std::int64_t column = 0) {
    if (!first_) return nullptr;
    for (std::int64_t row = begin; row < end; ++row) rows_[row - begin] = first_ + row * stride_ + column;
    return rows_.data();
  }

 private:
  Pointer first_;
  std::int64_t stride_;
  std::vector<Pointer> rows_;
};

/// How many output channels of a layer a thread computes at a time: all, or whole panels of them where the blocks of
/// rows are too few for the threads.
std::int64_t shareOf(std::int64_t outputs, std::int64_t blocks) {
  const std::int64_t parts = std::max<std::int64_t>(1, at::get_num_threads() / std::max<std::int64_t>(1, blocks));
  return at::divup(at::divup(outputs, parts), kPanelWidth) * kPanelWidth;
}

/// `second`: null, or a layer behind the first.
template <typename Value>
void multiplyAll(const at::Tensor& x, const PackedLinear& first, const PackedLinear* second, const at::Tensor& residual,
                 const at::Tensor& result) {
  const std::int64_t count = x.numel() / first.inputs;
  const auto* from = static_cast<const Value*>(x.const_data_ptr());
  const auto* plus = residual.defined() ? static_cast<const Value*>(residual.const_data_ptr()) : nullptr;
  auto* to = static_cast<Value*>(result.data_ptr());
  const std::int64_t outputs = second ? second->outputs : first.outputs;
  const std::int64_t blocks = at::divup(count, kLinearRows);
  const std::int64_t share = second ? first.outputs : shareOf(outputs, blocks), parts = at::divup(first.outputs, share);
  at::parallel_for(0, blocks * parts, 1, [&](std::int64_t begin, std::int64_t end) {
    RowList<const Value*> inputRows(from, first.inputs), residualRows(plus, outputs);
    RowList<Value*> resultRows(to, outputs);
    const std::int64_t widest = std::max(first.inputs, second ? second->inputs : 0);
    const Scratch<float> scratch(linearScratchFloats(widest));
    const Scratch<Value> between(second ? kLinearRows * first.outputs : 0);
    RowList<Value*> betweenRows(between.data(), first.outputs);
    const LinearRows<Value> whole = linearRows<Value>(first);
    LinearRows<Value> one = whole;
    LinearRows<Value> two = second ? linearRows<Value>(*second) : LinearRows<Value>{};
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t top = task / parts * kLinearRows, bottom = std::min(count, top + kLinearRows);
      const std::int64_t channel = task % parts * share;
      one.rows = two.rows = static_cast<int>(bottom - top);
      one.x = inputRows.block(top, bottom);
      one.outputs = static_cast<int>(std::min(share, first.outputs - channel));
      one.weights = static_cast<const Value*>(whole.weights) + channel * first.inputs;
      one.bias = whole.bias + channel;
      LinearRows<Value>& last = second ? two : one;
      last.y = resultRows.block(top, bottom, channel);
      last.residual = residualRows.block(top, bottom, channel);
      if (second) two.x = one.y = betweenRows.block(0, bottom - top);
      multiplyLinear(one, scratch.data());
      if (second) multiplyLinear(two, scratch.data());
    }
  });
}

at::Tensor multiplied(const at::Tensor& x, const PackedLinear& first, const PackedLinear* second,
                      const at::Tensor& residual) {
  TORCH_CHECK(x.is_contiguous() && x.scalar_type() == first.precision && x.size(-1) == first.inputs,
              "packedLinear: expected contiguous ", first.precision, " with ", first.inputs, " inputs, found ",
              x.scalar_type(), " ", x.sizes());
  TORCH_CHECK(!second || (second->inputs == first.outputs && second->precision == first.precision),
              "packedPerceptron: the second layer takes ", second ? second->inputs : 0, " inputs");
  auto shape = x.sizes().vec();
  shape.back() = second ? second->outputs : first.outputs;
  at::Tensor result = at::empty(shape, x.options());
  TORCH_CHECK(!residual.defined() || (residual.is_contiguous() && residual.scalar_type() == x.scalar_type() &&
                                      residual.sizes() == result.sizes()),
              "packedLinear: the residual must be contiguous ", x.scalar_type(), " ", result.sizes());
  if (first.precision == at::kFloat)
    multiplyAll<float>(x, first, second, residual, result);
  else
    multiplyAll<std::uint16_t>(x, first, second, residual, result);
  return result;
}

}  // namespace

bool canPackLinear(at::ScalarType precision, std::int64_t inputs) {
  if (precision == at::kFloat) return processor().avx2;
  return precision == at::kBFloat16 && processor().avx512Bf16 && inputs % 2 == 0;
}

PackedLinear packLinear(const at::Tensor& weight, const at::Tensor& bias, at::ScalarType precision,
                        const NormBefore* norm, Activation activation, double slope) {
  TORCH_CHECK(canPackLinear(precision, weight.size(1)), "packLinear: not on this processor");
  at::Tensor folded = weight.detach().cpu().to(at::kFloat);
  const std::int64_t outputs = folded.size(0), inputs = folded.size(1);
  const std::int64_t padded = (outputs + 15) / 16 * 16;
  PackedLinear packed{.inputs = inputs,
                      .outputs = outputs,
                      .weights = alignedBytes(padded * inputs * static_cast<std::int64_t>(c10::elementSize(precision)) +
                                              4 * kPanelPadding),
                      .panel = panelWidth(precision),
                      .bias = alignedBytes(padded * 4).view(at::kFloat),
                      .precision = precision,
                      .normalise = norm != nullptr,
                      .epsilon = norm ? norm->epsilon : 0,
                      .activation = activation,
                      .slope = slope};
  at::Tensor sum = packed.bias.slice(0, 0, outputs);
  if (bias.defined()) sum.copy_(bias.detach());
  if (norm) {
    sum.add_(at::mv(folded, norm->bias.detach().cpu().to(at::kFloat)));
    folded = folded * norm->weight.detach().cpu().to(at::kFloat);
  }
  const at::Tensor rounded = folded.to(precision).contiguous();
  if (precision == at::kFloat)
    fillPanels(rounded, packed.panel, static_cast<float*>(packed.weights.data_ptr()));
  else
    fillPanels(rounded, packed.panel, static_cast<std::uint16_t*>(packed.weights.data_ptr()));
  return packed;
}

at::Tensor packedLinear(const at::Tensor& x, const PackedLinear& layer, const at::Tensor& residual) {
  return multiplied(x, layer, nullptr, residual);
}

at::Tensor packedPerceptron(const at::Tensor& x, const PackedLinear& first, const PackedLinear& second,
                            const at::Tensor& residual) {
  return multiplied(x, first, &second, residual);
}

}  // namespace heirloom::models
