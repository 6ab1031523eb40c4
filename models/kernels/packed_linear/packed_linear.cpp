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

/// Rows that threads are given at least: all of a kernel's tiles are full.
constexpr std::int64_t kRowsTogether = 32;

/// How many output channels of a layer a thread computes at a time: all, or whole panels of them where the blocks of
/// rows are too few for the threads.
std::int64_t shareOf(std::int64_t outputs, std::int64_t blocks) {
  const std::int64_t parts = std::max<std::int64_t>(1, at::get_num_threads() / std::max<std::int64_t>(1, blocks));
  return at::divup(at::divup(outputs, parts), kPanelWidth) * kPanelWidth;
}

/// Tensors of a call; undefined: none.
struct Given {
  at::Tensor x, inner, residual, result;
};

/// Rows of one layer, or of two of which the second takes what the first gives.
template <typename Value>
class LinearCall {
 public:
  /// `second`: null, or a layer behind the first.
  LinearCall(const Given& given, const PackedLinear& first, const PackedLinear* second)
      : first_(first),
        second_(second),
        inputRows_(valuesOf(given.x), first.inputs),
        innerRows_(valuesOf(given.inner), first.products()),
        residualRows_(valuesOf(given.residual), second ? second->outputs : first.outputs),
        resultRows_(static_cast<Value*>(given.result.data_ptr()), second ? second->outputs : first.outputs),
        scratch_(linearScratchFloats(std::max(first.inputs, second ? second->inputs : 0))),
        between_(second ? kLinearRows * first.outputs : 0),
        betweenRows_(between_.data(), first.outputs) {}

  /// Rows `top` to `bottom`, kLinearRows at most; of one ungated layer, `share` output channels from `channel` on.
  void multiply(std::int64_t top, std::int64_t bottom, std::int64_t channel, std::int64_t share) {
    LinearRows<Value> one = linearRows<Value>(first_);
    LinearRows<Value> two = second_ ? linearRows<Value>(*second_) : LinearRows<Value>{};
    one.rows = two.rows = static_cast<int>(bottom - top);
    one.x = inputRows_.block(top, bottom);
    one.outputs = static_cast<int>(std::min(share, first_.products() - channel));
    one.weights = static_cast<const Value*>(one.weights) + channel * first_.inputs;
    one.bias += channel;
    one.inner = innerRows_.block(top, bottom, channel);
    LinearRows<Value>& last = second_ ? two : one;
    last.y = resultRows_.block(top, bottom, channel);
    last.residual = residualRows_.block(top, bottom, channel);
    if (second_) two.x = one.y = betweenRows_.block(0, bottom - top);
    multiplyLinear(one, scratch_.data());
    if (second_) multiplyLinear(two, scratch_.data());
  }

 private:
  static const Value* valuesOf(const at::Tensor& given) {
    return given.defined() ? static_cast<const Value*>(given.const_data_ptr()) : nullptr;
  }

  const PackedLinear& first_;
  const PackedLinear* second_;
  RowList<const Value*> inputRows_, innerRows_, residualRows_;
  RowList<Value*> resultRows_;
  Scratch<float> scratch_;
  Scratch<Value> between_;
  RowList<Value*> betweenRows_;
};

template <typename Value>
void multiplyAll(const Given& given, const PackedLinear& first, const PackedLinear* second) {
  const std::int64_t count = given.x.numel() / first.inputs, outputs = first.products();
  const std::int64_t blocks = at::divup(count, kLinearRows);
  const std::int64_t share = second || first.gated ? outputs : shareOf(outputs, blocks);
  if (share >= outputs) {
    at::parallel_for(0, at::divup(count, kRowsTogether), 1, [&](std::int64_t begin, std::int64_t end) {
      LinearCall<Value> call(given, first, second);
      const std::int64_t last = std::min(count, end * kRowsTogether);
      for (std::int64_t top = begin * kRowsTogether; top < last; top += kLinearRows)
        call.multiply(top, std::min(last, top + kLinearRows), 0, outputs);
    });
    return;
  }
  const std::int64_t parts = at::divup(outputs, share);
  at::parallel_for(0, blocks * parts, 1, [&](std::int64_t begin, std::int64_t end) {
    LinearCall<Value> call(given, first, second);
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t top = task / parts * kLinearRows;
      call.multiply(top, std::min(count, top + kLinearRows), task % parts * share, share);
    }
  });
}

void check(const char* what, const at::Tensor& given, const at::Tensor& x, at::IntArrayRef shape) {
  TORCH_CHECK(
      !given.defined() || (given.is_contiguous() && given.scalar_type() == x.scalar_type() && given.sizes() == shape),
      "packedLinear: the ", what, " must be contiguous ", x.scalar_type(), " ", shape);
}

at::Tensor multiplied(const at::Tensor& x, const PackedLinear& first, const PackedLinear* second,
                      const at::Tensor& residual, const at::Tensor& inner) {
  TORCH_CHECK(x.is_contiguous() && x.scalar_type() == first.precision && x.size(-1) == first.inputs,
              "packedLinear: expected contiguous ", first.precision, " with ", first.inputs, " inputs, found ",
              x.scalar_type(), " ", x.sizes());
  TORCH_CHECK(!second || (second->inputs == first.outputs && second->precision == first.precision && !second->gated),
              "packedPerceptron: the second layer takes ", second ? second->inputs : 0, " inputs");
  auto shape = x.sizes().vec();
  shape.back() = first.products();
  check("inner", inner, x, shape);
  shape.back() = second ? second->outputs : first.outputs;
  check("residual", residual, x, shape);
  const Given given{x, inner, residual, at::empty(shape, x.options())};
  if (first.precision == at::kFloat)
    multiplyAll<float>(given, first, second);
  else
    multiplyAll<std::uint16_t>(given, first, second);
  return given.result;
}

/// Rows of a gated layer's weights, values and then gates, as panels want them: half of a panel values, half gates.
at::Tensor interleaved(const at::Tensor& rows, std::int64_t panel) {
  auto shape = rows.sizes().vec();
  const std::int64_t half = panel / 2;
  return rows.unflatten(0, {2, rows.size(0) / panel, half}).transpose(0, 1).reshape(shape);
}

}  // namespace

bool canPackLinear(at::ScalarType precision, std::int64_t inputs, std::int64_t gatedProducts) {
  if (gatedProducts % kPanelWidth != 0) return false;
  if (precision == at::kFloat) return processor().avx2;
  return precision == at::kBFloat16 && processor().avx512Bf16 && inputs % 2 == 0;
}

PackedLinear packLinear(const at::Tensor& weight, const at::Tensor& bias, at::ScalarType precision,
                        const NormBefore* norm, Activation activation, double slope, bool gated) {
  TORCH_CHECK(canPackLinear(precision, weight.size(1), gated ? weight.size(0) : 0),
              "packLinear: not on this processor");
  const auto inPanels = [&](const at::Tensor& rows) {
    const at::Tensor wide = rows.detach().cpu().to(at::kFloat);
    return gated ? interleaved(wide, panelWidth(precision)) : wide;
  };
  at::Tensor folded = inPanels(weight);
  const std::int64_t products = folded.size(0), inputs = folded.size(1);
  const std::int64_t padded = (products + 15) / 16 * 16;
  PackedLinear packed{.inputs = inputs,
                      .outputs = gated ? products / 2 : products,
                      .weights = alignedBytes(padded * inputs * static_cast<std::int64_t>(c10::elementSize(precision)) +
                                              4 * kPanelPadding),
                      .panel = panelWidth(precision),
                      .bias = alignedBytes(padded * 4).view(at::kFloat),
                      .precision = precision,
                      .normalise = norm != nullptr,
                      .epsilon = norm ? norm->epsilon : 0,
                      .activation = activation,
                      .slope = slope,
                      .gated = gated};
  at::Tensor sum = packed.bias.slice(0, 0, products);
  if (bias.defined()) sum.copy_(inPanels(bias));
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

at::Tensor packedLinear(const at::Tensor& x, const PackedLinear& layer, const at::Tensor& residual,
                        const at::Tensor& inner) {
  return multiplied(x, layer, nullptr, residual, inner);
}

at::Tensor packedPerceptron(const at::Tensor& x, const PackedLinear& first, const PackedLinear& second,
                            const at::Tensor& residual) {
  return multiplied(x, first, &second, residual, {});
}

}  // namespace heirloom::models
