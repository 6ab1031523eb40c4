#pragma once

#include <torch/types.h>

#include <array>
#include <string>
#include <vector>

#include "models/common/convolution.h"
#include "models/common/through.h"

namespace heirloom::models {

/// Of a RestormerU: features double on every level down.
struct RestormerUShape {
  int inputs = 3;    // channels that go in
  int channels = 3;  // and out
  int width = 48;    // features of the first level
  std::array<int, 4> blocks = {4, 6, 6, 8};
  int refinement = 4;
};

/// The U around the blocks of Restormer (Zamir et al., CVPR 2022) and of others that took it over: "patch_embed",
/// "encoder_level1", "down1_2", ... "latent", "up4_3", "reduce_chan_level3", "decoder_level3", ... "refinement",
/// "output". `Block` is a module holder whose forward takes and gives N F H W.
template <typename Block>
class RestormerU {
 public:
  /// Registers everything in `owner`. `make(features, level)` gives a block; level 0 has the picture's size.
  template <typename Make>
  RestormerU(torch::nn::Module& owner, const RestormerUShape& shape, const Make& make)
      : patch_embed_(withoutBias(shape.inputs, shape.width, {.outer = true})),
        output_(withoutBias(2 * shape.width, shape.channels, {.outer = true})) {
    const auto blocks = [&](const std::string& name, int count, int features, std::size_t level) {
      const auto part = submodule(owner, name);
      std::vector<Block> made;
      for (int i = 0; i < count; ++i) made.push_back(part->register_module(std::to_string(i), make(features, level)));
      return made;
    };
    const auto resampler = [&](const std::string& name, int in, int out) {
      return submodule(*submodule(owner, name), "body")->register_module("0", Convolution(withoutBias(in, out)));
    };
    submodule(owner, "patch_embed")->register_module("proj", patch_embed_);
    int features = shape.width;
    for (std::size_t i = 0; i < kLevels; ++i) {
      const std::string number = std::to_string(i + 1), below = std::to_string(i + 2);
      encoders_.push_back(blocks("encoder_level" + number, shape.blocks.at(i), features, i));
      downs_.push_back(resampler("down" + number + "_" + below, features, features / 2));
      features *= 2;
    }
    encoders_.push_back(blocks("latent", shape.blocks.back(), features, kLevels));
    for (std::size_t i = kLevels; i-- > 0;) {
      const std::string number = std::to_string(i + 1), below = std::to_string(i + 2);
      ups_.push_back(resampler("up" + below + "_" + number, features, 2 * features));
      // On the first level what comes from below and from the encoder stay beside each other.
      if (i > 0) {
        reduces_.push_back(owner.register_module("reduce_chan_level" + number,
                                                 Convolution(pointwise(features, features / 2, {.bias = false}))));
        features /= 2;
      }
      decoders_.push_back(blocks("decoder_level" + number, shape.blocks.at(i), features, i));
    }
    refinement_ = blocks("refinement", shape.refinement, features, 0);
    owner.register_module("output", output_);
  }

  /// Features of a picture whose sides are multiples of 8.
  at::Tensor shallow(const at::Tensor& picture) {
    return patch_embed_->forward(picture).to(downs_.front()->precision());
  }

  /// What the blocks make of them: twice the features, of the same size.
  at::Tensor deep(const at::Tensor& shallow, Observer* observer) {
    at::Tensor x = shallow;
    std::vector<at::Tensor> skips;
    for (std::size_t i = 0; i < downs_.size(); ++i) {
      skips.push_back(through(encoders_[i], x, observer));
      x = at::pixel_unshuffle(downs_[i]->forward(skips.back()), 2);
    }
    x = through(encoders_.back(), x, observer);
    for (std::size_t i = 0; i < ups_.size(); ++i) {
      x = at::cat({at::pixel_shuffle(ups_[i]->forward(x), 2), skips[skips.size() - 1 - i]}, 1);
      if (i < reduces_.size()) x = reduces_[i]->forward(x);
      x = through(decoders_[i], x, observer);
    }
    return through(refinement_, x, observer);
  }

  /// Makes a picture of them; in float32.
  Convolution& output() { return output_; }

 private:
  static constexpr std::size_t kLevels = 3;  // above the lowest

  Convolution patch_embed_;
  std::vector<std::vector<Block>> encoders_;  // the last is "latent"
  std::vector<Convolution> downs_;
  std::vector<Convolution> ups_;              // to level 3, 2, 1
  std::vector<Convolution> reduces_;          // of level 3, 2
  std::vector<std::vector<Block>> decoders_;  // of level 3, 2, 1
  std::vector<Block> refinement_;
  Convolution output_;
};

}  // namespace heirloom::models
