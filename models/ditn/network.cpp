#include "models/ditn/network.h"

#include <torch/types.h>

#include "models/common/padding.h"
#include "models/common/super_resolution.h"
#include "models/common/through.h"
#include "models/common/transposed_attention.h"

namespace heirloom::models {
namespace {

constexpr int kPatch = DitnConfig::kPatch;

/// N F H W -> patches F 8 8 and back; H and W are multiples of 8.
at::Tensor unfolded(const at::Tensor& x) {
  const auto n = x.size(0), f = x.size(1), rows = x.size(2) / kPatch, columns = x.size(3) / kPatch;
  return toImage(toTokens(x)
                     .reshape({n, rows, kPatch, columns, kPatch, f})
                     .permute({0, 1, 3, 2, 4, 5})
                     .reshape({n * rows * columns, kPatch, kPatch, f}));
}

at::Tensor folded(const at::Tensor& patches, at::IntArrayRef sizes) {
  const auto n = sizes[0], f = sizes[1], h = sizes[2], w = sizes[3];
  return toImage(toTokens(patches)
                     .reshape({n, h / kPatch, w / kPatch, kPatch, kPatch, f})
                     .permute({0, 1, 3, 2, 4, 5})
                     .reshape({n, h, w, f}));
}

}  // namespace

DitnInnerLayerImpl::DitnInnerLayerImpl(const DitnConfig& config)
    : conv1_(register_module("conv1", Convolution(pointwise(config.features, config.features)))),
      conv2_(register_module("conv2", Convolution(pointwise(config.features, config.features)))),
      qkv_(config.features, 3 * config.features),
      project_out_(pointwise(config.features, config.features, {.bias = config.bias})) {
  const auto attn = submodule(*this, "attn");
  temperature_ = attn->register_parameter("temperature", at::empty({1, 1, 1}));
  attn->register_module("qkv", qkv_);
  attn->register_module("project_out", project_out_);
  ffn_ = GatedConvolutions(*submodule(*this, "ffn"), config.features, config.hidden, config.bias);
}

at::Tensor DitnInnerLayerImpl::forward(const at::Tensor& x) {
  const at::Tensor tokens = toTokens(conv1_->forward(x.tanh()));
  const at::Tensor seen =
      transposedAttention(qkv_->forward(tokens).flatten(1, 2), /*heads=*/1, temperature_).view(tokens.sizes());
  const at::Tensor y = project_out_->plus(x, toImage(seen));
  return ffn_.plus(y, conv2_->forward(y.tanh()));
}

DitnSpatialLayerImpl::DitnSpatialLayerImpl(const DitnConfig& config)
    : conv1_(register_module("conv1", Convolution(pointwise(config.features, config.features)))),
      conv2_(register_module("conv2", Convolution(pointwise(config.features, config.features)))),
      proj_first_(pointwise(config.features, 2 * config.features)),
      near_(depthwise(config.features, {.kernel = 5})),
      far_(depthwise(config.features, {.kernel = 7, .dilation = 3})),
      pointwise_(pointwise(config.features, config.features)),
      proj_last_(pointwise(config.features, config.features)) {
  const auto attention = submodule(*this, "SDA");
  scale_ = attention->register_parameter("scale", at::empty({1, config.features, 1, 1}));
  const auto convolutions = submodule(*attention, "DConvs");
  convolutions->register_module("0", near_);
  convolutions->register_module("1", far_);
  convolutions->register_module("2", pointwise_);
  submodule(*attention, "proj_first")->register_module("0", proj_first_);
  submodule(*attention, "proj_last")->register_module("0", proj_last_);
  ffn_ = GatedConvolutions(*submodule(*this, "ffn"), config.features, config.hidden, config.bias);
}

at::Tensor DitnSpatialLayerImpl::forward(const at::Tensor& x) {
  const std::vector<at::Tensor> halves = proj_first_->forward(conv1_->forward(x.tanh())).chunk(2, 1);
  const at::Tensor passing = pointwise_->forward(far_->forward(near_->forward(halves[0])));
  const at::Tensor y = at::addcmul(x, proj_last_->forward(halves[1] * passing), scale_.to(x.scalar_type()));
  return ffn_.plus(y, conv2_->forward(y.tanh()));
}

DitnImpl::DitnImpl(const DitnConfig& config)
    : config_(config),
      sft_(register_module(
          "sft", Convolution(ConvolutionOptions{.in = config.channels, .out = config.features, .outer = true}))),
      conv_after_body_(ConvolutionOptions{.in = config.features, .out = config.features}),
      upsample_(ConvolutionOptions{
          .in = config.features, .out = config.channels * config.scale * config.scale, .outer = true}) {
  const auto units = submodule(*this, "UFONE");
  for (int i = 0; i < config.units; ++i) {
    const auto unit = submodule(*units, std::to_string(i));
    const auto inner = submodule(*unit, "ITLs"), spatial = submodule(*unit, "SALs");
    Unit& made = units_.emplace_back();
    for (int k = 0; k < config.innerLayers; ++k)
      made.inner.push_back(inner->register_module(std::to_string(k), DitnInnerLayer(config)));
    for (int k = 0; k < config.spatialLayers; ++k)
      made.spatial.push_back(spatial->register_module(std::to_string(k), DitnSpatialLayer(config)));
  }
  register_module("conv_after_body", conv_after_body_);
  submodule(*this, "upsample")->register_module("0", upsample_);
}

at::Tensor DitnImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor shallow = sft_->forward(padToMultiple(image, kPatch, Padding::Reflect));
  at::Tensor x = shallow.to(conv_after_body_->precision());
  for (Unit& unit : units_) {
    x = folded(through(unit.inner, unfolded(x), observer), x.sizes());
    x = through(unit.spatial, std::move(x), observer);
  }
  const at::Tensor enlarged =
      at::pixel_shuffle(upsample_->forward(conv_after_body_->forward(x) + shallow), config_.scale);
  return cropTo(enlarged, image.size(2) * config_.scale, image.size(3) * config_.scale);
}

}  // namespace heirloom::models
