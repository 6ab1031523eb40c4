#include "models/common/picture_head.h"

#include <torch/types.h>

#include <algorithm>

#include "models/common/state_names.h"

namespace heirloom::models {
namespace {

constexpr int kMiddle = 64;           // features of the enlargement
constexpr double kSlope = 0.2;        // of its convolutions
constexpr double kFirstSlope = 0.01;  // of the one before it
constexpr int kNearestScale = 4;

at::Tensor doubled(const at::Tensor& x) {
  return at::upsample_nearest2d(x, {x.size(2) * 2, x.size(3) * 2});
}

}  // namespace

std::optional<PictureHeadConfig> readPictureHead(const StateDict& tensors, int channels) {
  if (tensors.contains("conv_up1.weight")) return {{PictureHeadKind::NearestConvolution, kNearestScale}};
  if (tensors.contains("conv_before_upsample.0.weight")) {
    const int scale = shuffledScale(tensors, "upsample");
    if (scale == 0) return std::nullopt;
    return {{PictureHeadKind::PixelShuffle, scale}};
  }
  if (tensors.contains("conv_last.weight")) return {{PictureHeadKind::Residual, 1}};
  const int scale = squareRoot(sideOf(tensors, "upsample.0.weight", 0) / std::max(1, channels));
  if (scale == 0) return std::nullopt;
  return {{PictureHeadKind::PixelShuffleDirect, scale}};
}

PictureHead::PictureHead(torch::nn::Module& owner, const PictureHeadConfig& config, int features, int channels)
    : config_(config) {
  const auto add = [&owner](const char* name, const ConvolutionOptions& options) {
    return owner.register_module(name, Convolution(options));
  };
  switch (config.kind) {
    case PictureHeadKind::Residual:
      last_ = add("conv_last", {.in = features, .out = channels, .outer = true});
      break;
    case PictureHeadKind::PixelShuffle:
      shuffle_ = PixelShuffleHead(owner, features, channels, config.scale, kMiddle);
      break;
    case PictureHeadKind::PixelShuffleDirect:
      direct_ = submodule(owner, "upsample")
                    ->register_module(
                        "0", Convolution(ConvolutionOptions{
                                 .in = features, .out = channels * config.scale * config.scale, .outer = true}));
      break;
    case PictureHeadKind::NearestConvolution:
      before_ = submodule(owner, "conv_before_upsample")
                    ->register_module("0", Convolution(leaky(features, kMiddle, kFirstSlope)));
      up1_ = add("conv_up1", leaky(kMiddle, kMiddle, kSlope));
      up2_ = add("conv_up2", leaky(kMiddle, kMiddle, kSlope));
      hr_ = add("conv_hr", leaky(kMiddle, kMiddle, kSlope));
      last_ = add("conv_last", {.in = kMiddle, .out = channels, .outer = true});
      break;
  }
}

at::Tensor PictureHead::forward(const at::Tensor& deep, const at::Tensor& shown) {
  switch (config_.kind) {
    case PictureHeadKind::Residual:
      return last_->plus(shown, deep);
    case PictureHeadKind::PixelShuffle:
      return shuffle_.forward(deep);
    case PictureHeadKind::PixelShuffleDirect:
      return at::pixel_shuffle(direct_->forward(deep), config_.scale);
    case PictureHeadKind::NearestConvolution: {
      const at::Tensor twice = up1_->forward(doubled(before_->forward(deep)));
      return last_->forward(hr_->forward(up2_->forward(doubled(twice))));
    }
  }
  return {};
}

double PictureHead::macsPerPixel(const PictureHeadConfig& config, int features, int channels) {
  switch (config.kind) {
    case PictureHeadKind::Residual:
    case PictureHeadKind::PixelShuffleDirect:
      return 9.0 * features * channels * config.scale * config.scale;
    case PictureHeadKind::PixelShuffle:
      return PixelShuffleHead::macsPerPixel(features, channels, config.scale, kMiddle);
    case PictureHeadKind::NearestConvolution:
      return 9.0 * kMiddle * (features + (4.0 + 16 + 16) * kMiddle + 16.0 * channels);
  }
  return 0;
}

}  // namespace heirloom::models
