#include "models/sdxl/low_rank.h"

#include <torch/types.h>

#include <sstream>

#include "models/common/error.h"
#include "models/common/layout.h"

namespace heirloom::models {
namespace {

/// "64 x 320 x 3 x 3"
std::string shapeOf(at::IntArrayRef sizes) {
  std::ostringstream text;
  for (std::size_t i = 0; i < sizes.size(); ++i) text << (i ? " x " : "") << sizes[i];
  return text.str();
}

/// `weight`: sizes of the layer's own.
void expectFit(at::IntArrayRef weight, const LowRank& correction) {
  const at::IntArrayRef down = correction.down.sizes(), up = correction.up.sizes();
  bool fits = down.size() == weight.size() && up.size() == weight.size();
  for (std::size_t i = 0; fits && i < weight.size(); ++i) {
    fits = (i == 0 || down[i] == weight[i]) && up[i] == (i == 0 ? weight[0] : i == 1 ? down[0] : 1);
  }
  if (!fits) {
    throw Error(HEIRLOOM_TEXT("lowRank.shape", "a correction of %1 and %2 does not fit weights of %3")
                    .with(shapeOf(down), shapeOf(up), shapeOf(weight)),
                HEIRLOOM_TEXT("lowRank.shape.remedy", "use a LoRA that was trained on this very model"));
  }
}

/// Where weights come and go their corrections stay.
bool areAs(const at::TensorOptions& wanted, const at::Tensor& made) {
  return made.defined() && made.device() == wanted.device() && made.dtype() == wanted.dtype();
}

}  // namespace

at::Tensor merged(const at::Tensor& weight, const LowRank& correction) {
  expectFit(weight.sizes(), correction);
  const at::Tensor product =
      correction.up.to(at::kFloat).flatten(1).matmul(correction.down.to(at::kFloat).flatten(1)).view_as(weight);
  return weight.to(at::kFloat) + correction.scale * product;
}

WeightSource mergedSource(WeightSource source, LowRanks corrections) {
  return [source = std::move(source), corrections = std::move(corrections)](const std::string& name) {
    constexpr std::string_view kWeight = ".weight";
    const at::Tensor weight = source(name);
    if (!name.ends_with(kWeight)) return weight;
    const auto found = corrections.find(name.substr(0, name.size() - kWeight.size()));
    return found == corrections.end() ? weight : merged(weight, found->second);
  };
}

AdaptableLinearImpl::AdaptableLinearImpl(std::int64_t inputs, std::int64_t outputs, LinearOptions options)
    : LinearImpl(inputs, outputs, std::move(options)), inputs_(inputs), outputs_(outputs) {}

at::Tensor AdaptableLinearImpl::forward(const at::Tensor& x, bool adapted, const at::Tensor& residual) {
  if (!differs(adapted)) return LinearImpl::forward(x, residual);
  const at::Tensor input = options().norm ? LayerNorm(options().norm)->forward(x) : x;
  return LinearImpl::forward(x, residual, at::linear(at::linear(input.to(precision()), down_), up_));
}

void AdaptableLinearImpl::place(const Placement& placement) {
  LinearImpl::place(placement);
  settle();
}

void AdaptableLinearImpl::adapt(const LowRank& correction) {
  expectFit({outputs_, inputs_}, correction);
  correction_ = correction;
  down_ = up_ = at::Tensor();
  settle();
}

void AdaptableLinearImpl::settle() {
  const auto kept = at::TensorOptions(weight.device()).dtype(precision());
  if (!correction_.down.defined() || areAs(kept, down_)) return;
  down_ = correction_.down.to(kept);
  up_ = (correction_.up.to(at::kFloat) * correction_.scale).to(kept);
}

AdaptableConvolutionImpl::AdaptableConvolutionImpl(const ConvolutionOptions& options) : ConvolutionImpl(options) {
  TORCH_CHECK(options.activation == Activation::None && options.gain == 1 && options.groups == 1,
              "AdaptableConvolution: an activation, a gain or groups hide its sum");
}

at::Tensor AdaptableConvolutionImpl::corrected(const at::Tensor& y, const at::Tensor& x) const {
  const at::Tensor low =
      at::conv2d(x.to(precision()), down_, {}, options().stride, options().padding, options().dilation);
  return y + at::conv2d(low, up_);
}

at::Tensor AdaptableConvolutionImpl::forward(const at::Tensor& x, bool adapted) {
  const at::Tensor y = ConvolutionImpl::forward(x);
  return adapted && down_.defined() ? corrected(y, x) : y;
}

at::Tensor AdaptableConvolutionImpl::plus(const at::Tensor& residual, const at::Tensor& x, bool adapted) {
  const at::Tensor y = ConvolutionImpl::plus(residual, x);
  return adapted && down_.defined() ? corrected(y, x) : y;
}

void AdaptableConvolutionImpl::place(const Placement& placement) {
  ConvolutionImpl::place(placement);
  settle();
}

void AdaptableConvolutionImpl::adapt(const LowRank& correction) {
  const ConvolutionOptions& own = options();
  expectFit({own.out, own.in, own.kernel, own.kernel}, correction);
  correction_ = correction;
  down_ = up_ = at::Tensor();
  settle();
}

void AdaptableConvolutionImpl::settle() {
  const auto kept = at::TensorOptions(weight.device()).dtype(precision());
  if (!correction_.down.defined() || areAs(kept, down_)) return;
  down_ = laidOut(correction_.down.to(kept));
  up_ = laidOut((correction_.up.to(at::kFloat) * correction_.scale).to(kept));
}

}  // namespace heirloom::models
