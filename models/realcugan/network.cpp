#include "models/realcugan/network.h"

#include <torch/types.h>

#include "models/common/padding.h"

namespace heirloom::models {
namespace {

constexpr double kSlope = 0.1;
constexpr int kFeatures = 64;
constexpr int kReduction = 8;       // of channels inside the attention
constexpr std::int64_t kLost = 20;  // rows and columns that the second network takes from each side
constexpr double kProRange = 0.7;   // of "pro" networks' values
constexpr double kProLowest = 0.15;

ConvolutionOptions valid(int in, int out, bool outer = false) {
  return {.in = in, .out = out, .padding = 0, .activation = Activation::LeakyRelu, .slope = kSlope, .outer = outer};
}

ConvolutionOptions halving(int features) {
  return {.in = features,
          .out = features,
          .kernel = 2,
          .stride = 2,
          .padding = 0,
          .activation = Activation::LeakyRelu,
          .slope = kSlope};
}

ConvolutionOptions last(int in, int out) {
  return {.in = in, .out = out, .padding = 0, .outer = true};
}

at::Tensor leaky(const at::Tensor& x) {
  return at::leaky_relu(x, kSlope);
}

/// Without `by` rows and columns on every side.
at::Tensor trimmed(const at::Tensor& x, std::int64_t by) {
  return x.slice(2, by, x.size(2) - by).slice(3, by, x.size(3) - by);
}

/// Pixels around a picture that the networks take away again, by how it is enlarged.
std::int64_t surroundings(const RealCuganConfig& config) {
  if (config.fast) return 38;
  return config.scale == 2 ? 18 : config.scale == 3 ? 14 : 19;
}

}  // namespace

CuganConvolutionsImpl::CuganConvolutionsImpl(int in, int middle, int out, bool attention, bool first)
    : conv0_(valid(in, middle, first)), conv2_(valid(middle, out)), attends_(attention) {
  const auto conv = submodule(*this, "conv");
  conv->register_module("0", conv0_);
  conv->register_module("2", conv2_);
  if (attention) seblock_ = ChannelAttention(*submodule(*this, "seblock"), "conv1", "conv2", out, out / kReduction);
}

at::Tensor CuganConvolutionsImpl::forward(const at::Tensor& x) {
  const at::Tensor y = conv2_->forward(conv0_->forward(x));
  return attends_ ? seblock_.forward(y) : y;
}

CuganEnlargementImpl::CuganEnlargementImpl(int in, int out, int scale)
    : scale_(scale),
      weight_(register_parameter("weight", at::empty({in, out, scale + 2, scale + 2}))),
      bias_(register_parameter("bias", at::empty({out}))) {}

at::Tensor CuganEnlargementImpl::forward(const at::Tensor& x) {
  const std::int64_t seam = scale_ == 2 ? 3 : 2;
  return at::conv_transpose2d(x.to(at::kFloat), weight_, bias_, scale_, seam);
}

void CuganEnlargementImpl::place(const Placement& placement) {
  for (at::Tensor* tensor : {&weight_, &bias_}) tensor->set_data(tensor->to(placement.device));
}

CuganFirstImpl::CuganFirstImpl(int in, int out, int scale)
    : conv1_(register_module("conv1", CuganConvolutions(in, 32, kFeatures, false, /*first=*/true))),
      conv1_down_(register_module("conv1_down", Convolution(halving(kFeatures)))),
      conv2_(register_module("conv2", CuganConvolutions(kFeatures, 128, kFeatures, true))),
      conv2_up_(register_module("conv2_up", TransposedConvolution(kFeatures, kFeatures, 2, /*bias=*/true))),
      conv3_(register_module("conv3", Convolution(valid(kFeatures, kFeatures)))),
      conv_bottom_(register_module("conv_bottom", CuganEnlargement(kFeatures, out, scale))) {}

at::Tensor CuganFirstImpl::forward(const at::Tensor& x) {
  const at::Tensor whole = conv1_->forward(x);
  const at::Tensor half = conv2_->forward(conv1_down_->forward(whole));
  return conv_bottom_->forward(conv3_->forward(trimmed(whole, 4) + leaky(conv2_up_->forward(half))));
}

CuganSecondImpl::CuganSecondImpl(int in, int out)
    : conv1_(register_module("conv1", CuganConvolutions(in, 32, kFeatures, false, /*first=*/true))),
      conv1_down_(register_module("conv1_down", Convolution(halving(kFeatures)))),
      conv2_(register_module("conv2", CuganConvolutions(kFeatures, 64, 128, true))),
      conv2_down_(register_module("conv2_down", Convolution(halving(128)))),
      conv3_(register_module("conv3", CuganConvolutions(128, 256, 128, true))),
      conv3_up_(register_module("conv3_up", TransposedConvolution(128, 128, 2, /*bias=*/true))),
      conv4_(register_module("conv4", CuganConvolutions(128, 64, kFeatures, true))),
      conv4_up_(register_module("conv4_up", TransposedConvolution(kFeatures, kFeatures, 2, /*bias=*/true))),
      conv5_(register_module("conv5", Convolution(valid(kFeatures, kFeatures)))),
      conv_bottom_(register_module("conv_bottom", Convolution(last(kFeatures, out)))) {}

at::Tensor CuganSecondImpl::forward(const at::Tensor& x, Observer* observer) {
  const at::Tensor whole = conv1_->forward(x);
  const at::Tensor half = conv2_->forward(conv1_down_->forward(whole));
  if (observer && observer->stopRequested()) throw Stopped{};
  const at::Tensor quarter = conv3_->forward(conv2_down_->forward(half));
  const at::Tensor up = conv4_->forward(trimmed(half, 4) + leaky(conv3_up_->forward(quarter)));
  return conv_bottom_->forward(conv5_->forward(trimmed(whole, 16) + leaky(conv4_up_->forward(up))));
}

RealCuganImpl::RealCuganImpl(const RealCuganConfig& config) : config_(config), unet1_(nullptr), unet2_(nullptr) {
  if (config.pro) register_buffer("pro", at::zeros({1}));
  const int c = config.channels;
  const bool shuffles = config.scale == 4 || config.fast;
  const int between = shuffles ? kFeatures : c;
  unet1_ = register_module("unet1", CuganFirst(config.fast ? 4 * c : c, between, config.scale == 3 ? 3 : 2));
  unet2_ = register_module("unet2", CuganSecond(between, between));
  if (shuffles) conv_final_ = register_module("conv_final", Convolution(last(kFeatures, 4 * c)));
}

at::Tensor RealCuganImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor shown = config_.pro ? image * kProRange + kProLowest : image;
  const std::int64_t height = image.size(2) * config_.scale, width = image.size(3) * config_.scale;
  // Both levels of the second network must halve evenly.
  const std::int64_t around = surroundings(config_), multiple = config_.scale == 3 || config_.fast ? 4 : 2;
  const auto full = [&](std::int64_t side) { return upToMultiple(side, multiple) + 2 * around; };
  at::Tensor x = mirroredTo(shown, full(image.size(2)), full(image.size(3)), Mirror::WithoutEdge, around);
  if (config_.fast) x = at::pixel_unshuffle(x, 2);
  x = unet1_->forward(x);
  if (observer && observer->stopRequested()) throw Stopped{};
  x = unet2_->forward(x, observer) + trimmed(x, kLost);
  if (conv_final_) x = at::pixel_shuffle(trimmed(conv_final_->forward(x), 1), 2);
  x = x.slice(2, 0, height).slice(3, 0, width);
  if (conv_final_) x = x + at::upsample_nearest2d(shown, {height, width});
  return config_.pro ? (x - kProLowest) / kProRange : x;
}

}  // namespace heirloom::models
