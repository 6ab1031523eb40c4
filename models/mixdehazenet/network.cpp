#include "models/mixdehazenet/network.h"

#include <torch/types.h>

#include <algorithm>

#include "models/common/padding.h"
#include "models/common/selective_fusion.h"
#include "models/common/through.h"
#include "models/common/whole_statistics.h"

namespace heirloom::models {
namespace {

constexpr int kLeastSide = 40;  // a quarter of it must be larger than the widest padding
constexpr int kDilation = 3;
constexpr int kReduction = 8;

/// All 3x3 or larger convolutions see the picture reflected at its edge: padded before, not by themselves.
ConvolutionOptions unpadded(int in, int out, int kernel, int groups = 1, int dilation = 1, bool outer = false) {
  return {.in = in, .out = out, .kernel = kernel, .padding = 0, .dilation = dilation, .groups = groups, .outer = outer};
}

ConvolutionOptions merging(int in, int out) {
  return {.in = in, .out = out, .stride = 2, .padding = 0};
}

at::Tensor reflected(const at::Tensor& x, std::int64_t by) {
  return at::reflection_pad2d(x, {by, by, by, by});
}

at::Tensor trimmed(const at::Tensor& x, std::int64_t by) {
  return x.slice(2, by, x.size(2) - by).slice(3, by, x.size(3) - by);
}

at::Tensor share(const at::Tensor& logits, const at::Tensor& of) {
  return logits.sigmoid().to(of.scalar_type()) * of;
}

}  // namespace

MixDehazeBlockImpl::MixDehazeBlockImpl(int f)
    : norm1_(register_module("norm1", BatchNorm(f))),
      norm2_(register_module("norm2", BatchNorm(f))),
      conv1_(register_module("conv1", Convolution(pointwise(f, f)))),
      conv2_(register_module("conv2", Convolution(unpadded(f, f, 5)))),
      conv3_19_(register_module("conv3_19", Convolution(unpadded(f, f, 7, f, kDilation)))),
      conv3_13_(register_module("conv3_13", Convolution(unpadded(f, f, 5, f, kDilation)))),
      conv3_7_(register_module("conv3_7", Convolution(unpadded(f, f, 3, f, kDilation)))),
      value0_(pointwise(f, f)),
      value1_(unpadded(f, f, 3, f)),
      gate_(pointwise(f, f)),
      ca1_(pointwise(f, f, {.activation = Activation::Gelu})),
      ca3_(pointwise(f, f)),
      pa0_(pointwise(f, f / kReduction, {.activation = Activation::Gelu})),
      pa2_(pointwise(f / kReduction, 1)),
      mlp0_(pointwise(3 * f, 4 * f, {.activation = Activation::Gelu})),
      mlp2_(pointwise(4 * f, f)),
      second0_(pointwise(3 * f, 4 * f, {.activation = Activation::Gelu})),
      second2_(pointwise(4 * f, f)) {
  const auto pair = [this](const char* name, const char* first, Convolution& a, const char* second, Convolution& b) {
    const auto sequence = submodule(*this, name);
    sequence->register_module(first, a);
    sequence->register_module(second, b);
  };
  pair("Wv", "0", value0_, "1", value1_);
  submodule(*this, "Wg")->register_module("1", gate_);
  pair("ca", "1", ca1_, "3", ca3_);
  pair("pa", "0", pa0_, "2", pa2_);
  pair("mlp", "0", mlp0_, "2", mlp2_);
  pair("mlp2", "0", second0_, "2", second2_);
}

at::Tensor MixDehazeBlockImpl::forward(const at::Tensor& x) {
  // One frame for the widest kernel; the others need less of it.
  const at::Tensor framed = reflected(conv2_->forward(reflected(conv1_->forward(norm1_->forward(x)), 2)), 9);
  const at::Tensor seen = at::cat(
      {conv3_19_->forward(framed), conv3_13_->forward(trimmed(framed, 3)), conv3_7_->forward(trimmed(framed, 6))}, 1);
  const at::Tensor y = mlp2_->plus(x, mlp0_->forward(seen));

  const at::Tensor z = norm2_->forward(y);
  const at::Tensor mean = channelMeans(z);
  const at::Tensor values = value1_->forward(reflected(value0_->forward(z), 1));
  const at::Tensor weighed = at::cat({share(gate_->forward(mean), values), share(ca3_->forward(ca1_->forward(mean)), z),
                                      share(pa2_->forward(pa0_->forward(z)), z)},
                                     1);
  return second2_->plus(y, second0_->forward(weighed));
}

MixDehazeFusionImpl::MixDehazeFusionImpl(int features)
    : squeeze_(pointwise(features, squeezedOf(features), {.bias = false, .activation = Activation::Relu})),
      excite_(pointwise(squeezedOf(features), 2 * features, {.bias = false})) {
  const auto mlp = submodule(*this, "mlp");
  mlp->register_module("0", squeeze_);
  mlp->register_module("2", excite_);
}

at::Tensor MixDehazeFusionImpl::forward(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor logits = excite_->forward(squeeze_->forward(channelMeans(a + b))).to(at::kFloat);
  const at::Tensor shares = logits.unflatten(1, at::IntArrayRef{2, a.size(1)}).softmax(1).to(a.scalar_type());
  return a * shares.select(1, 0) + b * shares.select(1, 1);
}

MixDehazeNetImpl::MixDehazeNetImpl(const MixDehazeNetConfig& config)
    : embed_(unpadded(config.channels, config.features[0], 3, 1, 1, true)),
      merge1_(merging(config.features[0], config.features[1])),
      skip1_(register_module("skip1", Convolution(pointwise(config.features[0], config.features[0])))),
      merge2_(merging(config.features[1], config.features[2])),
      skip2_(register_module("skip2", Convolution(pointwise(config.features[1], config.features[1])))),
      split1_(pointwise(config.features[2], 4 * config.features[1])),
      split2_(pointwise(config.features[1], 4 * config.features[0])),
      fusion1_(register_module("fusion1", MixDehazeFusion(config.features[1]))),
      fusion2_(register_module("fusion2", MixDehazeFusion(config.features[0]))),
      unembed_(unpadded(config.features[0], config.channels + 1, 3, 1, 1, true)) {
  submodule(*this, "patch_embed")->register_module("proj", embed_);
  submodule(*this, "patch_merge1")->register_module("proj", merge1_);
  submodule(*this, "patch_merge2")->register_module("proj", merge2_);
  submodule(*submodule(*this, "patch_split1"), "proj")->register_module("0", split1_);
  submodule(*submodule(*this, "patch_split2"), "proj")->register_module("0", split2_);
  submodule(*submodule(*this, "patch_unembed"), "proj")->register_module("0", unembed_);
  for (std::size_t i = 0; i < config.depths.size(); ++i) {
    const auto blocks = submodule(*submodule(*this, "layer" + std::to_string(i + 1)), "blocks");
    std::vector<MixDehazeBlock>& layer = layers_.emplace_back();
    for (int block = 0; block < config.depths[i]; ++block) {
      layer.push_back(
          blocks->register_module(std::to_string(block), MixDehazeBlock(config.features[std::min(i, 4 - i)])));
    }
  }
}

at::Tensor MixDehazeNetImpl::through(std::size_t layer, at::Tensor x, Observer* observer) {
  return models::through(layers_[layer], std::move(x), observer);
}

at::Tensor MixDehazeNetImpl::forward(const at::Tensor& image, Observer* observer) {
  const bool small = std::min(image.size(2), image.size(3)) < kLeastSide;
  const at::Tensor padded =
      padToMultiple(image, small ? kLeastSide : MixDehazeNetConfig::kSizeMultiple, Padding::Reflect);
  const at::Tensor shown = padded * 2 - 1;  // the network's range is -1..1
  const at::Tensor whole = through(0, embed_->forward(reflected(shown, 1)).to(merge1_->precision()), observer);
  const at::Tensor half = through(1, merge1_->forward(reflected(whole, 1)), observer);
  at::Tensor x = through(2, merge2_->forward(reflected(half, 1)), observer);
  x = at::pixel_shuffle(split1_->forward(x), 2);
  x = through(3, fusion1_->forward(x, skip2_->forward(half)) + x, observer);
  x = at::pixel_shuffle(split2_->forward(x), 2);
  x = through(4, fusion2_->forward(x, skip1_->forward(whole)) + x, observer);
  x = unembed_->forward(reflected(x, 1));
  // A haze model: the picture is scaled and shifted, each pixel by its own amount.
  const std::int64_t channels = image.size(1);
  const at::Tensor clear = x.narrow(1, 0, 1) * shown - x.narrow(1, 1, channels) + shown;
  return cropTo(clear * 0.5 + 0.5, image.size(2), image.size(3));
}

}  // namespace heirloom::models
