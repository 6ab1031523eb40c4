#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "models/common/super_resolution.h"
#include "models/common/through.h"
#include "models/swinir/network.h"

namespace heirloom::models {

/// Blocks, a convolution or three, and a residual around all. `Block` is a module holder whose forward takes and gives
/// tokens, N H W F.
template <typename Block>
class TokenGroupImpl : public torch::nn::Module {
 public:
  /// Registers the blocks as "residual_group.blocks.0" and so on, or, not `nested`, as "blocks.0"; and "conv".
  TokenGroupImpl(std::vector<Block> blocks, const SwinIrConfig& ending, bool nested) : blocks_(std::move(blocks)) {
    const auto owner = nested ? submodule(*this, "residual_group") : nullptr;
    const auto list = submodule(owner ? *owner : *this, "blocks");
    for (std::size_t i = 0; i < blocks_.size(); ++i) list->register_module(std::to_string(i), blocks_[i]);
    conv_ = SwinEnding(*this, "conv", ending);
  }

  /// Asks `observer` between blocks and throws Stopped; null: nobody to ask.
  at::Tensor forward(const at::Tensor& tokens, Observer* observer) {
    return toTokens(conv_.plus(toImage(tokens), toImage(through(blocks_, tokens, observer))));
  }

 private:
  std::vector<Block> blocks_;
  SwinEnding conv_;
};
template <typename Block>
using TokenGroup = torch::nn::ModuleHolder<TokenGroupImpl<Block>>;

/// Of a TokenBody.
struct TokenBodyShape {
  int channels = 3;
  SwinIrConfig ending;  // its features and threeConvolutions count
  std::size_t groups = 6;
  std::pair<std::string, std::string> norm = {"patch_embed", "norm"};  // names around the first LayerNorm
};

/// What SwinIR and those that took it over (Liang et al., "SwinIR", ICCV Workshops 2021) have between the picture and
/// the head: "conv_first", a LayerNorm, "layers", "norm", "conv_after_body", and a residual around all but the first.
/// `Group` is a module holder whose forward takes tokens, N H W F, and the observer.
template <typename Group>
class TokenBody {
 public:
  /// Registers everything in `owner`. `make(index)` gives a group.
  template <typename Make>
  TokenBody(torch::nn::Module& owner, const TokenBodyShape& shape, const Make& make)
      : conv_first_(owner.register_module(
            "conv_first",
            Convolution(ConvolutionOptions{.in = shape.channels, .out = shape.ending.features, .outer = true}))),
        embeddingNorm_(shape.ending.features),
        norm_(shape.ending.features) {
    submodule(owner, shape.norm.first)->register_module(shape.norm.second, embeddingNorm_);
    const auto layers = submodule(owner, "layers");
    for (std::size_t i = 0; i < shape.groups; ++i)
      layers_.push_back(layers->register_module(std::to_string(i), make(static_cast<int>(i))));
    owner.register_module("norm", norm_);
    conv_after_body_ = SwinEnding(owner, "conv_after_body", shape.ending);
  }

  /// N C H W, of the sizes that the groups take, to N F H W.
  at::Tensor forward(const at::Tensor& picture, Observer* observer) {
    const at::Tensor shallow = conv_first_->forward(picture).to(conv_after_body_.precision());
    at::Tensor tokens = embeddingNorm_->forward(toTokens(shallow));
    for (Group& group : layers_) tokens = group->forward(tokens, observer);
    return conv_after_body_.plus(shallow, toImage(norm_->forward(tokens)));
  }

 private:
  Convolution conv_first_;
  LayerNorm embeddingNorm_;
  std::vector<Group> layers_;
  LayerNorm norm_;
  SwinEnding conv_after_body_;
};

}  // namespace heirloom::models
