#include "models/dinov2/dinov2.h"

#include <torch/types.h>

#include <string>

#include "models/common/json_config.h"

namespace heirloom::models {
namespace {

using Owner = std::shared_ptr<torch::nn::Module>;

at::Tensor layerScale(torch::nn::Module& owner, const std::string& name, int width) {
  return submodule(owner, name)->register_parameter("lambda1", at::empty({width}));
}

}  // namespace

DinoV2Config dinoV2ConfigOf(const std::string& json) {
  const JsonConfig file(json, "dinov2/config.json");
  DinoV2Config config;
  config.width = file.size("hidden_size", config.width);
  config.layers = file.size("num_hidden_layers", config.layers);
  config.heads = file.size("num_attention_heads", config.heads);
  config.hidden = config.width * file.size("mlp_ratio", 4);
  config.patch = file.size("patch_size", config.patch);
  config.imageSize = file.size("image_size", config.imageSize);
  config.qkvBias = file.toggle("qkv_bias", config.qkvBias);
  config.epsilon = file.number("layer_norm_eps", config.epsilon);
  if (file.toggle("use_swiglu_ffn", false)) throw file.refusal("it is DINOv2-giant, whose blocks are others");
  if (file.text("hidden_act", "gelu") != "gelu") throw file.refusal("its activation is not GELU");
  if (config.width % config.heads != 0 || config.grid() < 1) throw file.refusal("its sizes are those of no DINOv2");
  return config;
}

DinoV2LayerImpl::DinoV2LayerImpl(const DinoV2Config& config)
    : heads_(config.heads),
      norm1_(register_module("norm1", LayerNorm(config.width, config.epsilon))),
      query_(nullptr),
      key_(nullptr),
      value_(nullptr),
      dense_(nullptr),
      norm2_(nullptr),
      fc1_(nullptr),
      fc2_(nullptr) {
  const std::int64_t w = config.width;
  const Owner attention = submodule(*this, "attention"), inner = submodule(*attention, "attention");
  const auto projection = [&](const char* name) {
    return inner->register_module(name, Linear(w, w, LinearOptions{.bias = config.qkvBias, .norm = norm1_}));
  };
  query_ = projection("query");
  key_ = projection("key");
  value_ = projection("value");
  dense_ = submodule(*attention, "output")->register_module("dense", Linear(w, w));
  scale1_ = layerScale(*this, "layer_scale1", config.width);
  norm2_ = register_module("norm2", LayerNorm(w, config.epsilon));
  const Owner mlp = submodule(*this, "mlp");
  fc1_ = mlp->register_module("fc1",
                              Linear(w, config.hidden, LinearOptions{.activation = Activation::Gelu, .norm = norm2_}));
  fc2_ = mlp->register_module("fc2", Linear(config.hidden, w));
  scale2_ = layerScale(*this, "layer_scale2", config.width);
}

at::Tensor DinoV2LayerImpl::forward(const at::Tensor& x) {
  const auto inHeads = [&](Linear& linear) {
    return linear->forward(x).unflatten(2, {heads_, -1}).transpose(1, 2);  // N H L D
  };
  const at::Tensor seen = at::scaled_dot_product_attention(inHeads(query_), inHeads(key_), inHeads(value_));
  const at::Tensor y = at::addcmul(x, dense_->forward(seen.transpose(1, 2).flatten(2)), scale1_.to(x.scalar_type()));
  return at::addcmul(y, perceptron(y, fc1_, fc2_), scale2_.to(y.scalar_type()));
}

DinoV2Impl::DinoV2Impl(const DinoV2Config& config) : config_(config) {
  const Owner embeddings = submodule(*this, "embeddings");
  classToken_ = embeddings->register_parameter("cls_token", at::empty({1, 1, config.width}));
  maskToken_ = embeddings->register_parameter("mask_token", at::empty({1, config.width}));
  positions_ = embeddings->register_parameter("position_embeddings",
                                              at::empty({1, 1 + config.grid() * config.grid(), config.width}));
  projection_ = submodule(*embeddings, "patch_embeddings")
                    ->register_module("projection", Convolution(ConvolutionOptions{.in = 3,
                                                                                   .out = config.width,
                                                                                   .kernel = config.patch,
                                                                                   .stride = config.patch,
                                                                                   .padding = 0,
                                                                                   .outer = true}));
  const Owner layers = submodule(*submodule(*this, "encoder"), "layer");
  for (int i = 0; i < config.layers; ++i)
    layers_.push_back(layers->register_module(std::to_string(i), DinoV2Layer(config)));
  layernorm_ = register_module("layernorm", LayerNorm(config.width, config.epsilon));
}

at::Tensor DinoV2Impl::positions(std::int64_t rows, std::int64_t columns) const {
  const std::int64_t grid = config_.grid();
  const at::Tensor table = positions_.narrow(1, 1, grid * grid);
  if (rows == grid && columns == grid) return table;
  constexpr double kMore = 0.1;
  const auto scale = [&](std::int64_t side) -> std::optional<double> {
    if (config_.fit == PositionFit::BySize) return std::nullopt;
    return (static_cast<double>(side) + kMore) / static_cast<double>(grid);
  };
  const at::Tensor map = table.view({1, grid, grid, config_.width}).permute({0, 3, 1, 2});
  return at::upsample_bicubic2d(map, {rows, columns}, /*align_corners=*/false, scale(rows), scale(columns))
      .flatten(2)
      .transpose(1, 2);
}

at::Tensor DinoV2Impl::embedded(const at::Tensor& pixels) {
  const at::Tensor map = projection_->forward(pixels);  // N W rows columns
  const at::Tensor patches = map.flatten(2).transpose(1, 2) + positions(map.size(2), map.size(3));
  const at::Tensor first = classToken_ + positions_.narrow(1, 0, 1);
  return at::cat({first.expand({pixels.size(0), -1, -1}), patches}, 1);
}

at::Tensor DinoV2Impl::forward(const at::Tensor& pixels, const Checkpoint& checkpoint) {
  at::Tensor x = embedded(pixels).to(layers_.front()->precision());
  for (DinoV2Layer& layer : layers_) {
    if (checkpoint) checkpoint();
    x = layer->forward(x);
  }
  return layernorm_->forward(x.to(at::kFloat));
}

}  // namespace heirloom::models
