#include "models/common/onednn.h"

#include <ATen/core/dispatch/Dispatcher.h>

namespace heirloom::models::onednn {
namespace {

using Sizes = at::IntArrayRef;
using OptionalTensor = std::optional<at::Tensor>;
using Scalars = c10::List<std::optional<at::Scalar>>;

template <typename Signature>
c10::TypedOperatorHandle<Signature> operation(const char* name, const char* overload = "") {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, overload).typed<Signature>();
}

OptionalTensor optional(const at::Tensor& tensor) {
  return tensor.defined() ? OptionalTensor(tensor) : std::nullopt;
}

}  // namespace

at::Tensor packConvolution(const at::Tensor& weight, const Window& w) {
  static const auto pack =
      operation<at::Tensor(const at::Tensor&, Sizes, Sizes, Sizes, std::int64_t, at::OptionalIntArrayRef)>(
          "mkldnn::_reorder_convolution_weight");
  return pack.call(weight, {w.padding, w.padding}, {w.stride, w.stride}, {w.dilation, w.dilation}, w.groups,
                   std::nullopt);
}

at::Tensor convolution(const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias, const Window& w,
                       std::string_view activation, double slope) {
  static const auto run =
      operation<at::Tensor(const at::Tensor&, const at::Tensor&, const OptionalTensor&, Sizes, Sizes, Sizes,
                           std::int64_t, std::string_view, Scalars, std::optional<std::string_view>)>(
          "mkldnn::_convolution_pointwise");
  Scalars scalars;
  if (activation == "leaky_relu") scalars.push_back(at::Scalar(slope));
  const std::optional<std::string_view> algorithm =
      activation == "gelu" ? std::optional<std::string_view>("none") : std::nullopt;
  return run.call(x, packed, optional(bias), {w.padding, w.padding}, {w.stride, w.stride}, {w.dilation, w.dilation},
                  w.groups, activation, scalars, algorithm);
}

at::Tensor convolutionPlus(const at::Tensor& residual, const at::Tensor& x, const at::Tensor& packed,
                           const at::Tensor& bias, const Window& w) {
  static const auto run =
      operation<at::Tensor(const at::Tensor&, const at::Tensor&, const at::Tensor&, const OptionalTensor&, Sizes, Sizes,
                           Sizes, std::int64_t, std::string_view, std::optional<at::Scalar>,
                           std::optional<std::string_view>, Scalars, std::optional<std::string_view>)>(
          "mkldnn::_convolution_pointwise", "binary");
  return run.call(x, residual, packed, optional(bias), {w.padding, w.padding}, {w.stride, w.stride},
                  {w.dilation, w.dilation}, w.groups, "add", std::nullopt, std::nullopt, Scalars{}, std::nullopt);
}

at::Tensor& addConvolution(at::Tensor& residual, const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias,
                           const Window& w) {
  static const auto run =
      operation<at::Tensor&(at::Tensor&, const at::Tensor&, const at::Tensor&, const OptionalTensor&, Sizes, Sizes,
                            Sizes, std::int64_t, std::string_view, std::optional<at::Scalar>,
                            std::optional<std::string_view>, Scalars, std::optional<std::string_view>)>(
          "mkldnn::_convolution_pointwise_", "binary");
  return run.call(residual, x, packed, optional(bias), {w.padding, w.padding}, {w.stride, w.stride},
                  {w.dilation, w.dilation}, w.groups, "add", std::nullopt, std::nullopt, Scalars{}, std::nullopt);
}

}  // namespace heirloom::models::onednn
