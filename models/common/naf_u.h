#pragma once

#include <torch/types.h>

#include <algorithm>
#include <string>
#include <vector>

#include "models/common/convolution.h"
#include "models/common/padding.h"

namespace heirloom::models {

/// Of a NafU: features double on every level down.
struct NafUShape {
  int channels = 3;
  int width = 32;             // features of the first level
  std::vector<int> encoders;  // blocks a level
  int middle = 1;
  std::vector<int> decoders;  // from the lowest level up
};

/// The U around the blocks of NAFNet (Chen, Chu, Zhang, Sun, "Simple Baselines for Image Restoration", ECCV 2022) and
/// of others that took it over: "intro", "encoders", "downs", "middle_blks", "ups", "decoders", "ending". `Block` is a
/// module holder; the picture that comes in is added to what goes out.
template <typename Block>
class NafU {
 public:
  /// Registers everything in `owner`. `make(features)` gives a block.
  template <typename Make>
  NafU(torch::nn::Module& owner, const NafUShape& shape, const Make& make)
      : intro_(owner.register_module(
            "intro", Convolution(ConvolutionOptions{.in = shape.channels, .out = shape.width, .outer = true}))),
        ending_(owner.register_module(
            "ending", Convolution(ConvolutionOptions{.in = shape.width, .out = shape.channels, .outer = true}))) {
    const auto part = [&](const char* name) { return submodule(owner, name); };
    const auto encoders = part("encoders"), decoders = part("decoders"), middle = part("middle_blks");
    const auto ups = part("ups"), downs = part("downs");
    const auto blocks = [&](torch::nn::Module& of, int count, int features) {
      std::vector<Block> made;
      for (int i = 0; i < count; ++i) made.push_back(of.register_module(std::to_string(i), make(features)));
      return made;
    };
    const auto level = [](torch::nn::Module& of, std::size_t index) { return submodule(of, std::to_string(index)); };
    int features = shape.width;
    for (const int count : shape.encoders) {
      const std::size_t index = encoders_.size();
      encoders_.push_back(blocks(*level(*encoders, index), count, features));
      downs_.push_back(downs->register_module(
          std::to_string(index), Convolution(ConvolutionOptions{
                                     .in = features, .out = 2 * features, .kernel = 2, .stride = 2, .padding = 0})));
      features *= 2;
    }
    middle_ = blocks(*middle, shape.middle, features);
    for (const int count : shape.decoders) {
      const std::size_t index = decoders_.size();
      ups_.push_back(
          level(*ups, index)->register_module("0", Convolution(pointwise(features, 2 * features, {.bias = false}))));
      features /= 2;
      decoders_.push_back(blocks(*level(*decoders, index), count, features));
    }
  }

  /// N C H W in 0..1 to the same. `apply(block, x, level)` is what a block makes of N F H W, level 0 being the
  /// picture's size.
  template <typename Apply>
  at::Tensor forward(const at::Tensor& image, Observer* observer, const Apply& apply) {
    // The reference extends by zeros.
    const auto missing = [&](std::int64_t side) {
      const std::int64_t multiple = std::int64_t{1} << encoders_.size();
      return (multiple - side % multiple) % multiple;
    };
    const at::Tensor padded = at::constant_pad_nd(image, {0, missing(image.size(3)), 0, missing(image.size(2))});
    const auto through = [&](std::vector<Block>& blocks, at::Tensor x, std::size_t level) {
      for (Block& block : blocks) {
        if (observer && observer->stopRequested()) throw Stopped{};
        x = apply(block, x, level);
      }
      return x;
    };
    const at::Tensor shallow = intro_->forward(padded);
    at::Tensor x = downs_.empty() ? shallow : shallow.to(downs_.front()->precision());
    std::vector<at::Tensor> skips;
    for (std::size_t level = 0; level < encoders_.size(); ++level) {
      x = through(encoders_[level], x, level);
      skips.push_back(x);
      x = downs_[level]->forward(x);
    }
    x = through(middle_, x, encoders_.size());
    for (std::size_t i = 0; i < decoders_.size(); ++i) {
      const std::size_t level = decoders_.size() - 1 - i;
      x = at::pixel_shuffle(ups_[i]->forward(x), 2) + skips[level];
      x = through(decoders_[i], x, level);
    }
    return cropTo(ending_->plus(padded, x), image.size(2), image.size(3));
  }

 private:
  Convolution intro_, ending_;
  std::vector<std::vector<Block>> encoders_, decoders_;
  std::vector<Block> middle_;
  std::vector<Convolution> ups_, downs_;
};

}  // namespace heirloom::models
