#include "models/restorevar/var.h"

#include <torch/types.h>

#include <limits>
#include <string>

#include "models/restorevar/rope.h"

namespace heirloom::models {
namespace {

constexpr double kEpsilon = 1e-6;  // of the norms without weights

at::Tensor normalised(const at::Tensor& x) {
  return at::layer_norm(x, {x.size(-1)}, {}, {}, kEpsilon);
}

at::Tensor tokensOf(const at::Tensor& latent) {  // N Z p p -> N p*p Z, row by row
  return latent.flatten(2).transpose(1, 2).contiguous();
}

VarBlockImpl::Filter filterOf(const ResidualFilter& filter, int block) {
  if (!filter) return {};
  return [&filter, block](const at::Tensor& added) { return filter(added, block); };
}

LinearOptions outer() {
  return {.outer = true};
}

}  // namespace

VarBlockImpl::VarBlockImpl(int width, int heads, int hidden)
    : attn(register_module("attn", VarSelfAttention(width, heads))),
      cross_attn(register_module("cross_attn", VarCrossAttention(width, heads))),
      fc1_(width, hidden),
      fc2_(hidden, width),
      width_(width) {
  const auto ffn = submodule(*this, "ffn");
  ffn->register_module("fc1", fc1_);
  ffn->register_module("fc2", fc2_);
}

at::Tensor VarBlockImpl::perceptron(const at::Tensor& x) {
  return fc2_->forward(at::gelu(fc1_->forward(x), "tanh"));
}

at::Tensor VarBlockImpl::forward(const at::Tensor& x, const at::Tensor& rows, const KeysValues& picture,
                                 ScaleCache& cache, const at::Tensor& mask, const Filter& filter) {
  const auto let = [&](const at::Tensor& added) { return filter ? filter(added) : added; };
  at::Tensor y = x + let(attn->forward(normalised(x), rows, cache, mask));
  y = y + let(perceptron(normalised(y)));
  return y + let(cross_attn->forward(y, rows, picture));
}

RestoreVarTransformerImpl::RestoreVarTransformerImpl(const VarConfig& config, int latent, int vocabulary)
    : vae_refiner(nullptr),
      config_(config),
      word_embed_(register_module("word_embed", Linear(latent, config.width, outer()))),
      head_(register_module("head", Linear(config.width, vocabulary, outer()))),
      global_embed_(register_module("global_embed", Linear(latent, config.width, outer()))),
      global_embed_gain_(register_parameter("global_embed_gain", at::empty({}))),
      cond_proj4_(register_module("cond_proj4", Linear(latent, latent, outer()))),
      word_embed_cond_(register_module("word_embed_cond", Linear(latent, config.width, outer()))) {
  const auto table = [&](const char* name, std::int64_t rows) {
    return submodule(*this, name)->register_parameter("weight", at::empty({rows, config.width}));
  };
  class_emb_ = table("class_emb", config.classes + 1);
  lvl_embed_ = table("lvl_embed", config.scales());
  lvl_embed_cond_ = table("lvl_embed_cond", 1);
  const auto blocks = submodule(*this, "blocks");
  for (int i = 0; i < config.depth; ++i) {
    blocks_.push_back(blocks->register_module(std::to_string(i), VarBlock(config.width, config.heads, config.hidden)));
  }
  vae_refiner = register_module("vae_refiner", LatentRefiner(config.refiner, latent, config.width,
                                                             config.grid() * config.grid(), config.tokens()));
  const int headDim = config.width / config.heads;
  rotations_ = rotations(config.sides, headDim);
  pictureRotations_ = rotations(config.grid(), config.grid(), headDim);
}

at::Tensor RestoreVarTransformerImpl::projected(const at::Tensor& features) {
  return cond_proj4_->forward(tokensOf(features));
}

at::Tensor RestoreVarTransformerImpl::pictureTokens(const at::Tensor& projected) {
  return word_embed_cond_->forward(projected) + lvl_embed_cond_[0];
}

VarCondition RestoreVarTransformerImpl::condition(const at::Tensor& features) {
  const at::Tensor picture = projected(features);
  VarCondition condition;
  condition.global = global_embed_gain_ * global_embed_->forward(picture.mean(1, /*keepdim=*/true));
  const at::Tensor tokens = pictureTokens(picture);
  for (VarBlock& block : blocks_) condition.picture.push_back(block->cross_attn->look(tokens, pictureRotations_));
  return condition;
}

VarCaches RestoreVarTransformerImpl::caches(std::int64_t batch) const {
  VarCaches caches;
  for (const VarBlock& block : blocks_) caches.push_back(block->attn->cache(batch, config_.tokens()));
  return caches;
}

at::Tensor RestoreVarTransformerImpl::firstInput(const VarCondition& condition) {
  return class_emb_[config_.classes] + lvl_embed_[0] + condition.global;
}

at::Tensor RestoreVarTransformerImpl::input(const at::Tensor& pooled, int scale) {
  return word_embed_->forward(tokensOf(pooled)) + lvl_embed_[scale];
}

at::Tensor RestoreVarTransformerImpl::rowsOf(int scale) const {
  std::int64_t before = 0;
  for (int i = 0; i < scale; ++i) before += config_.sides[i] * config_.sides[i];
  return rotations_.narrow(0, before, config_.sides[scale] * config_.sides[scale]);
}

at::Tensor RestoreVarTransformerImpl::throughBlock(int block, const at::Tensor& x, int scale,
                                                   const VarCondition& condition, VarCaches& caches,
                                                   const ResidualFilter& filter) {
  return blocks_[block]->forward(x, rowsOf(scale), condition.picture[block], caches[block], {},
                                 filterOf(filter, block));
}

at::Tensor RestoreVarTransformerImpl::logits(const at::Tensor& x) {
  return head_->forward(normalised(x));
}

at::Tensor RestoreVarTransformerImpl::forcedLogits(const VarCondition& condition, const std::vector<at::Tensor>& pooled,
                                                   const ResidualFilter& filter) {
  std::vector<at::Tensor> inputs = {firstInput(condition)};
  std::vector<at::Tensor> levels = {at::zeros({1}, at::kLong)};
  for (int scale = 1; scale < config_.scales(); ++scale) {
    inputs.push_back(input(pooled[scale - 1], scale));
    levels.push_back(at::full({inputs.back().size(1)}, scale, at::kLong));
  }
  at::Tensor x = at::cat(inputs, 1);
  const at::Tensor level = at::cat(levels).to(x.device());
  const at::Tensor hidden = level.unsqueeze(1) < level.unsqueeze(0);  // a later scale's token
  const at::Tensor mask =
      at::zeros(hidden.sizes(), x.options()).masked_fill_(hidden, -std::numeric_limits<float>::infinity());
  VarCaches all = caches(x.size(0));
  for (std::size_t i = 0; i < blocks_.size(); ++i)
    x = blocks_[i]->forward(x, rotations_, condition.picture[i], all[i], mask, filterOf(filter, static_cast<int>(i)));
  return logits(x);
}

void RestoreVarTransformerImpl::place(const Placement& placement) {
  rotations_ = rotations_.to(placement.device);
  pictureRotations_ = pictureRotations_.to(placement.device);
}

}  // namespace heirloom::models
