#include "models/sdxl/clip_text.h"

#include <torch/types.h>

#include <string>

#include "models/common/json_config.h"

namespace heirloom::models {
namespace {

using Owner = std::shared_ptr<torch::nn::Module>;

Linear registered(const Owner& owner, const std::string& name, std::int64_t in, std::int64_t out,
                  LinearOptions options = {}) {
  return owner->register_module(name, Linear(in, out, std::move(options)));
}

}  // namespace

ClipTextConfig clipTextConfigOf(const std::string& json, const std::string& folder) {
  const JsonConfig file(json, folder + "/config.json");
  ClipTextConfig config;
  config.vocabulary = file.size("vocab_size", config.vocabulary);
  config.positions = file.size("max_position_embeddings", config.positions);
  config.width = file.size("hidden_size", config.width);
  config.layers = file.size("num_hidden_layers", config.layers);
  config.heads = file.size("num_attention_heads", config.heads);
  config.hidden = file.size("intermediate_size", config.hidden);
  config.epsilon = file.number("layer_norm_eps", config.epsilon);
  const std::string activation = file.text("hidden_act", "quick_gelu");
  if (activation != "quick_gelu" && activation != "gelu") throw file.refusal("its activation is " + activation);
  config.quickGelu = activation == "quick_gelu";
  constexpr int kFewestPositions = 3;  // begin, a word, end
  if (config.positions < kFewestPositions || config.layers < 2 || config.width % config.heads != 0) {
    throw file.refusal("its sizes are those of no text encoder");
  }
  return config;
}

ClipTextLayerImpl::ClipTextLayerImpl(const ClipTextConfig& config)
    : heads_(config.heads),
      quickGelu_(config.quickGelu),
      layer_norm1_(register_module("layer_norm1", LayerNorm(config.width, config.epsilon))),
      layer_norm2_(register_module("layer_norm2", LayerNorm(config.width, config.epsilon))),
      q_proj_(nullptr),
      k_proj_(nullptr),
      v_proj_(nullptr),
      out_proj_(nullptr),
      fc1_(nullptr),
      fc2_(nullptr) {
  const std::int64_t w = config.width;
  const Owner attention = submodule(*this, "self_attn");
  k_proj_ = registered(attention, "k_proj", w, w, {.norm = layer_norm1_});
  v_proj_ = registered(attention, "v_proj", w, w, {.norm = layer_norm1_});
  q_proj_ = registered(attention, "q_proj", w, w, {.norm = layer_norm1_});
  out_proj_ = registered(attention, "out_proj", w, w);
  const Owner mlp = submodule(*this, "mlp");
  const Activation activation = config.quickGelu ? Activation::None : Activation::Gelu;
  fc1_ = registered(mlp, "fc1", w, config.hidden, {.activation = activation, .norm = layer_norm2_});
  fc2_ = registered(mlp, "fc2", config.hidden, w);
}

at::Tensor ClipTextLayerImpl::forward(const at::Tensor& x) {
  const auto inHeads = [&](Linear& linear) {
    return linear->forward(x).unflatten(2, {heads_, -1}).transpose(1, 2);  // N H L D
  };
  const at::Tensor seen =
      at::scaled_dot_product_attention(inHeads(q_proj_), inHeads(k_proj_), inHeads(v_proj_), {}, 0, /*is_causal=*/true);
  const at::Tensor y = out_proj_->forward(seen.transpose(1, 2).flatten(2), x);
  if (!quickGelu_) return perceptron(y, fc1_, fc2_, y);
  const at::Tensor hidden = fc1_->forward(y);
  return fc2_->forward(hidden * at::sigmoid(1.702 * hidden), y);
}

ClipTextImpl::ClipTextImpl(const ClipTextConfig& config) : config_(config) {
  const Owner model = submodule(*this, "text_model");
  const Owner embeddings = submodule(*model, "embeddings");
  tokens_ = submodule(*embeddings, "token_embedding")
                ->register_parameter("weight", at::empty({config.vocabulary, config.width}));
  positions_ = submodule(*embeddings, "position_embedding")
                   ->register_parameter("weight", at::empty({config.positions, config.width}));
  const Owner layers = submodule(*submodule(*model, "encoder"), "layers");
  for (int i = 0; i < config.layers; ++i)
    layers_.push_back(layers->register_module(std::to_string(i), ClipTextLayer(config)));
  final_layer_norm_ = model->register_module("final_layer_norm", LayerNorm(config.width, config.epsilon));
  if (config.projection > 0) {
    text_projection_ =
        register_module("text_projection", Linear(config.width, config.projection, LinearOptions{.bias = false}));
  }
}

ClipTextEncoding ClipTextImpl::forward(const at::Tensor& ids, const Checkpoint& checkpoint) {
  const at::Tensor rows = ids.to(tokens_.device());
  at::Tensor x = tokens_.index({rows}) + positions_.narrow(0, 0, ids.size(1));
  x = x.to(layers_.front()->precision());
  ClipTextEncoding encoding;
  for (ClipTextLayer& layer : layers_) {
    if (checkpoint) checkpoint();
    encoding.beforeLast = x;
    x = layer->forward(x);
  }
  encoding.last = x;
  const at::Tensor norm = final_layer_norm_->forward(x);
  const at::Tensor first = rows.argmax(1).view({-1, 1, 1}).expand({-1, 1, config_.width});
  encoding.pooled = norm.gather(1, first).squeeze(1);
  if (text_projection_) encoding.pooled = text_projection_->forward(encoding.pooled);
  return encoding;
}

}  // namespace heirloom::models
