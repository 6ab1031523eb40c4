#include "models/restorevar/refiner.h"

#include <torch/types.h>

#include <string>

namespace heirloom::models {
namespace {

Linear bare(int in, int out) {
  return Linear(in, out, LinearOptions{.bias = false});
}

}  // namespace

RefinerLayerImpl::RefinerLayerImpl(const RefinerConfig& config)
    : heads_(config.heads),
      norm_(config.width),
      to_qkv_(bare(config.width, 3 * config.width)),
      to_out_(config.width, config.width),
      ffnNorm_(config.width),
      fc1_(config.width, config.hidden, LinearOptions{.activation = Activation::Gelu}),
      fc2_(config.hidden, config.width),
      norm_q_(config.width),
      norm_kv_(config.width),
      to_q_(bare(config.width, config.width)),
      to_kv_(bare(config.width, 2 * config.width)),
      crossOut_(config.width, config.width) {
  const auto self = submodule(*this, "0");
  self->register_module("norm", norm_);
  self->register_module("to_qkv", to_qkv_);
  submodule(*self, "to_out")->register_module("0", to_out_);
  const auto net = submodule(*submodule(*this, "1"), "net");
  net->register_module("0", ffnNorm_);
  net->register_module("1", fc1_);
  net->register_module("4", fc2_);
  const auto cross = submodule(*this, "2");
  cross->register_module("norm_q", norm_q_);
  cross->register_module("norm_kv", norm_kv_);
  cross->register_module("to_q", to_q_);
  cross->register_module("to_kv", to_kv_);
  cross->register_module("to_out", crossOut_);
}

at::Tensor RefinerLayerImpl::attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) const {
  const auto byHead = [this](const at::Tensor& x) { return x.unflatten(-1, {heads_, -1}).transpose(1, 2); };
  return at::scaled_dot_product_attention(byHead(q), byHead(k), byHead(v)).transpose(1, 2).flatten(2);
}

at::Tensor RefinerLayerImpl::forward(const at::Tensor& t, const at::Tensor& memory) {
  const auto qkv = to_qkv_->forward(norm_->forward(t)).chunk(3, -1);
  at::Tensor x = t + to_out_->forward(attend(qkv[0], qkv[1], qkv[2]));
  x = x + perceptron(ffnNorm_->forward(x), fc1_, fc2_);
  const auto kv = to_kv_->forward(norm_kv_->forward(memory)).chunk(2, -1);
  return x + crossOut_->forward(attend(to_q_->forward(norm_q_->forward(x)), kv[0], kv[1]));
}

LatentRefinerImpl::LatentRefinerImpl(const RefinerConfig& config, int latent, int memory, int latentTokens,
                                     int memoryTokens)
    : norm_in_(register_module("norm_in", LayerNorm(latent))),
      norm_in_cond_(register_module("norm_in_cond", LayerNorm(memory))),
      proj_in_(register_module("proj_in", Linear(latent, config.width, LinearOptions{.bias = false, .outer = true}))),
      proj_in_cond_(
          register_module("proj_in_cond", Linear(memory, config.width, LinearOptions{.bias = false, .outer = true}))),
      proj_out_(register_module("proj_out", Linear(config.width, latent, LinearOptions{.bias = false, .outer = true}))),
      pos_embedding_(register_parameter("pos_embedding", at::empty({1, latentTokens, config.width}))),
      pos_embedding_cond_(register_parameter("pos_embedding_cond", at::empty({1, memoryTokens, config.width}))),
      norm_(config.width) {
  const auto transformer = submodule(*this, "transformer");
  transformer->register_module("norm", norm_);
  const auto layers = submodule(*transformer, "layers");
  for (int i = 0; i < config.depth; ++i)
    layers_.push_back(layers->register_module(std::to_string(i), RefinerLayer(config)));
}

at::Tensor LatentRefinerImpl::forward(const at::Tensor& latent, const at::Tensor& memory) {
  at::Tensor t = proj_in_->forward(norm_in_->forward(latent)) + pos_embedding_;
  const at::Tensor seen = proj_in_cond_->forward(norm_in_cond_->forward(memory)) + pos_embedding_cond_;
  for (RefinerLayer& layer : layers_) t = layer->forward(t, seen);
  return latent + proj_out_->forward(norm_->forward(t));
}

}  // namespace heirloom::models
