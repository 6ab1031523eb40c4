#include "models/swinir/network.h"

#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/pixelshuffle.h>

#include <algorithm>
#include <functional>

namespace heirloom::models {
namespace {

namespace nn = torch::nn;

constexpr double kSlope = 0.2;
constexpr int kHeadFeatures = 64;

nn::Conv2d convolution(int in, int out, int side = 3) {
  return nn::Conv2d(nn::Conv2dOptions(in, out, side).padding(side / 2));
}

nn::LeakyReLU leaky(double slope) {
  return nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(slope).inplace(true));
}

/// What ends a group and the body: one convolution, or a bottleneck of three.
std::function<at::Tensor(const at::Tensor&)> ending(nn::Module& owner, const char* name, const SwinIrConfig& config) {
  const int f = config.features;
  if (!config.threeConvolutions) {
    auto one = owner.register_module(name, convolution(f, f));
    return [one](const at::Tensor& x) mutable { return one->forward(x); };
  }
  auto three =
      owner.register_module(name, nn::Sequential(convolution(f, f / 4), leaky(kSlope), convolution(f / 4, f / 4, 1),
                                                 leaky(kSlope), convolution(f / 4, f)));
  return [three](const at::Tensor& x) mutable { return three->forward(x); };
}

at::Tensor toTokens(const at::Tensor& image) {  // N C H W channels-last -> N H W C, the same memory
  return image.contiguous(at::MemoryFormat::ChannelsLast).permute({0, 2, 3, 1});
}

at::Tensor toImage(const at::Tensor& tokens) {
  return tokens.permute({0, 3, 1, 2});
}

/// Extended at the bottom and right to multiples of `side` by reflection without the edge, again and again where the
/// picture is smaller than what is missing.
at::Tensor reflected(const at::Tensor& image, int side) {
  at::Tensor result = image;
  for (const int dim : {2, 3}) {
    const std::int64_t size = image.size(dim), full = (size + side - 1) / side * side;
    if (full == size) continue;
    const std::int64_t period = std::max<std::int64_t>(2 * (size - 1), 1);
    const at::Tensor at = at::arange(full, at::TensorOptions(at::kLong).device(image.device())).remainder(period);
    result = result.index_select(dim, at::minimum(at, at::abs(period - at)).clamp_max(size - 1));
  }
  return result;
}

/// RSTB: blocks with alternating windows, a convolution, and a residual around both.
class SwinGroup : public nn::Module {
 public:
  SwinGroup(const SwinIrConfig& config, int depth) {
    const auto group = register_module("residual_group", std::make_shared<nn::Module>());
    blocks_ = group->register_module("blocks", nn::ModuleList());
    for (int i = 0; i < depth; ++i) {
      const int shift = config.shifts && i % 2 == 1 ? config.window / 2 : 0;
      blocks_->push_back(
          SwinBlock(SwinBlockConfig{config.features, config.heads, config.hidden, config.window, shift}));
    }
    conv_ = ending(*this, "conv", config);
  }

  at::Tensor forward(const at::Tensor& tokens, Observer* observer) {
    at::Tensor x = tokens;
    for (const auto& block : *blocks_) {
      if (observer && observer->stopRequested()) throw Stopped{};
      x = block->as<SwinBlock>()->forward(x);
    }
    return toTokens(conv_(toImage(x))) + tokens;
  }

 private:
  nn::ModuleList blocks_{nullptr};
  std::function<at::Tensor(const at::Tensor&)> conv_;
};

}  // namespace

SwinIrImpl::SwinIrImpl(const SwinIrConfig& config) : config_(config) {
  const int f = config.features, c = config.channels;
  conv_first_ = register_module("conv_first", convolution(c, f));
  const auto embed = register_module("patch_embed", std::make_shared<nn::Module>());
  embedding_ = embed->register_module("norm", LayerNorm(f));
  layers_ = register_module("layers", nn::ModuleList());
  for (const int depth : config.depths) layers_->push_back(std::make_shared<SwinGroup>(config, depth));
  norm_ = register_module("norm", LayerNorm(f));
  conv_after_body_ = ending(*this, "conv_after_body", config);

  if (config.head == SwinIrHead::PixelShuffle || config.head == SwinIrHead::NearestConvolution)
    conv_before_upsample_ =
        register_module("conv_before_upsample", nn::Sequential(convolution(f, kHeadFeatures), leaky(0.01)));
  switch (config.head) {
    case SwinIrHead::Residual:
      conv_last_ = register_module("conv_last", convolution(f, c));
      break;
    case SwinIrHead::PixelShuffle: {
      nn::Sequential stages;
      for (int left = config.scale; left > 1; left /= left % 3 == 0 ? 3 : 2) {
        const int factor = left % 3 == 0 ? 3 : 2;
        stages->push_back(convolution(kHeadFeatures, kHeadFeatures * factor * factor));
        stages->push_back(nn::PixelShuffle(factor));
      }
      upsample_ = register_module("upsample", stages);
      conv_last_ = register_module("conv_last", convolution(kHeadFeatures, c));
      break;
    }
    case SwinIrHead::PixelShuffleDirect:
      upsample_ = register_module(
          "upsample", nn::Sequential(convolution(f, c * config.scale * config.scale), nn::PixelShuffle(config.scale)));
      break;
    case SwinIrHead::NearestConvolution:
      conv_up1_ = register_module("conv_up1", convolution(kHeadFeatures, kHeadFeatures));
      conv_up2_ = register_module("conv_up2", convolution(kHeadFeatures, kHeadFeatures));
      conv_hr_ = register_module("conv_hr", convolution(kHeadFeatures, kHeadFeatures));
      conv_last_ = register_module("conv_last", convolution(kHeadFeatures, c));
      break;
  }
}

at::Tensor SwinIrImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor mean = config_.channels == 3
                              ? at::tensor({0.4488F, 0.4371F, 0.4040F}, image.options()).view({1, 3, 1, 1})
                              : at::zeros({1, 1, 1, 1}, image.options());
  const at::Tensor x = (reflected(image, config_.window) - mean) * config_.range;
  const at::Tensor shallow = conv_first_->forward(x.contiguous(at::MemoryFormat::ChannelsLast));
  const at::Tensor deep = body(shallow, observer) + shallow;
  const at::Tensor result = config_.head == SwinIrHead::Residual ? x + conv_last_->forward(deep) : enlarged(deep);
  return (result / config_.range + mean)
      .slice(2, 0, image.size(2) * config_.scale)
      .slice(3, 0, image.size(3) * config_.scale);
}

at::Tensor SwinIrImpl::body(const at::Tensor& features, Observer* observer) {
  at::Tensor tokens = embedding_->forward(toTokens(features).to(precision_));
  for (const auto& group : *layers_) tokens = group->as<SwinGroup>()->forward(tokens, observer);
  return conv_after_body_(toImage(norm_->forward(tokens))).to(at::kFloat);
}

at::Tensor SwinIrImpl::enlarged(at::Tensor x) {
  if (config_.head == SwinIrHead::PixelShuffleDirect) return upsample_->forward(x);
  x = conv_before_upsample_->forward(x.to(precision_));
  if (config_.head == SwinIrHead::PixelShuffle) {
    x = upsample_->forward(x);
  } else {
    for (nn::Conv2d up : {conv_up1_, conv_up2_}) {
      const at::Tensor doubled = at::upsample_nearest2d(x, std::nullopt, std::vector<double>{2, 2});
      x = activated(up->forward(doubled), Activation::LeakyRelu, kSlope);
    }
    x = activated(conv_hr_->forward(x), Activation::LeakyRelu, kSlope);
  }
  return conv_last_->forward(x.to(at::kFloat));
}

void SwinIrImpl::place(const Placement& placement) {
  precision_ = placement.precision;
  const bool direct = config_.head == SwinIrHead::PixelShuffleDirect;
  const nn::Module* last = direct ? upsample_->ptr(0).get() : conv_last_.ptr().get();
  for (const auto& module : modules()) {
    auto* conv = module->as<nn::Conv2d>();
    if (!conv) continue;
    const bool outer = module == conv_first_.ptr() || module.get() == last;
    const at::ScalarType precision = outer ? at::kFloat : precision_;
    conv->weight.set_data(conv->weight.to(placement.device, precision).contiguous(at::MemoryFormat::ChannelsLast));
    conv->bias.set_data(conv->bias.to(placement.device, precision));
  }
  placeLayers(*this, placement);
}

}  // namespace heirloom::models
