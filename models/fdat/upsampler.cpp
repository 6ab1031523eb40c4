#include "models/fdat/upsampler.h"

#include <torch/types.h>

#include <algorithm>
#include <string>

#include "models/checkpoint/tensors.h"
#include "models/common/convolution.h"
#include "models/common/dysample.h"
#include "models/common/state_names.h"
#include "models/common/super_resolution.h"

namespace heirloom::models {
namespace {

constexpr double kSlope = 0.2;
constexpr double kFirstSlope = 0.01;  // of the convolution in front of shuffles and of sampling
constexpr int kMeta = 7;              // numbers that describe the end
constexpr std::int64_t kMetaScale = 2;

std::string key(int number, const std::string& name = "weight") {
  return "upsampler." + std::to_string(number) + "." + name;
}

/// Two ends tell twice from three times only by the numbers that describe them.
int twiceOrThrice(const StateDict& tensors) {
  const std::string meta = "upsampler.MetaUpsample";
  if (!tensors.archive() || sideOf(tensors, meta, 0) != kMeta) return 2;
  return readTensor(tensors, meta)[kMetaScale].item<int>() == 3 ? 3 : 2;
}

/// Its convolution multiplies the numbers of pixels by what its channels say.
int shufflesScale(const StateDict& tensors) {
  int scale = 1;
  for (int i = 2; tensors.contains(key(i + 2)); i += 2)
    scale *= squareRoot(sideOf(tensors, key(i), 0) / std::max(1, sideOf(tensors, key(i), 1)));
  return scale;
}

/// "conv.0": values times what a 1x1 convolution of them says.
class PixelAttentionImpl : public torch::nn::Module {
 public:
  explicit PixelAttentionImpl(int features) : conv_(ConvolutionOptions{.in = features, .out = features, .kernel = 1}) {
    submodule(*this, "conv")->register_module("0", conv_);
  }
  at::Tensor forward(const at::Tensor& x) { return x * conv_->forward(x).sigmoid(); }

 private:
  Convolution conv_;
};
TORCH_MODULE(PixelAttention);

}  // namespace

bool readFdatEnd(const StateDict& tensors, FdatConfig& config) {
  const int channels = std::max(1, config.channels);
  if (tensors.contains(key(0, "init_pos")) || tensors.contains(key(2, "init_pos"))) {
    const bool narrowed = tensors.contains(key(2, "init_pos"));
    config.end = FdatEnd::DySample;
    config.middle = narrowed ? sideOf(tensors, key(0), 0) : config.features;
    config.enlargement = squareRoot(sideOf(tensors, key(narrowed ? 2 : 0, "offset.weight"), 0) / (2 * kDySampleGroups));
  } else if (tensors.contains(key(2, "conv.0.weight"))) {
    config.end = FdatEnd::PixelAttention;
    config.middle = sideOf(tensors, key(1), 0);
    int doublings = 0;
    while (tensors.contains(key(6 * doublings + 2, "conv.0.weight"))) ++doublings;
    config.enlargement = doublings == 1 ? twiceOrThrice(tensors) : 1 << doublings;
  } else if (tensors.contains(key(1)) || sideOf(tensors, key(0), 2) == 4) {
    config.end = FdatEnd::Transposed;
    config.enlargement = sideOf(tensors, key(0), 2) == 3 ? 3 : tensors.contains(key(1)) ? 2 : 4;
  } else if (tensors.contains(key(2))) {
    config.end = FdatEnd::Shuffles;
    config.middle = sideOf(tensors, key(0), 0);
    config.enlargement = shufflesScale(tensors);
  } else if (tensors.contains(key(3))) {
    config.end = FdatEnd::Nearest;
    int doublings = 0;
    while (tensors.contains(key(3 * doublings + 3))) ++doublings;
    config.enlargement = doublings == 1 ? twiceOrThrice(tensors) : 1 << doublings;
  } else {
    config.end = FdatEnd::Shuffle;
    config.enlargement = squareRoot(sideOf(tensors, key(0), 0) / channels);
  }
  return config.enlargement > 0;
}

double fdatEndMacs(const FdatConfig& config) {
  const double f = config.features, m = config.middle, c = config.channels;
  const double pixels = config.enlargement * config.enlargement;
  double macs = 0, size = 1;
  switch (config.end) {
    case FdatEnd::Shuffle:
      return 9 * f * c * pixels;
    case FdatEnd::Shuffles:
      for (const int factor : shuffleFactors(config.enlargement)) macs += 9 * m * m * (size *= factor * factor);
      return 9 * f * m + macs + 9 * m * c * pixels;
    case FdatEnd::Nearest:
      for (const int factor : shuffleFactors(config.enlargement)) {
        macs += 9 * f * f * size;
        size *= factor * factor;
      }
      return macs + 9 * f * (f + c) * pixels;
    case FdatEnd::DySample:
      return 9 * f * m + m * pixels * (4.0 * kDySampleGroups + c);
    case FdatEnd::Transposed:
      return (config.enlargement == 4 ? 16 * f * f + 64 * f * c : 16 * f * c) + 9 * c * c * pixels;
    case FdatEnd::PixelAttention:
      for (const int factor : shuffleFactors(config.enlargement)) {
        size *= factor * factor;
        macs += (9 * std::max(f, m) * m + 10 * m * m) * size;
      }
      return macs + 9 * m * c * pixels;
  }
  return 0;
}

EnlargingConvolutionImpl::EnlargingConvolutionImpl(int in, int out, int stride, int kernel, bool outer)
    : stride_(stride),
      outer_(outer),
      weight_(register_parameter("weight", at::empty({in, out, kernel, kernel}))),
      bias_(register_parameter("bias", at::empty({out}))) {}

at::Tensor EnlargingConvolutionImpl::forward(const at::Tensor& x) {
  const std::int64_t border = (weight_.size(2) - stride_) / 2;
  return at::conv_transpose2d(x.to(weight_.scalar_type()), weight_, bias_, stride_, border);
}

void EnlargingConvolutionImpl::place(const Placement& placement) {
  const auto options =
      at::TensorOptions(placement.device).dtype(outer_ ? at::ScalarType(at::kFloat) : placement.precision);
  weight_.set_data(weight_.to(options).contiguous(at::MemoryFormat::ChannelsLast));
  bias_.set_data(bias_.to(options));
}

template <typename Part>
void FdatUpsamplerImpl::add(const Part& part) {
  Part registered = register_module(std::to_string(number_++), part);
  steps_.emplace_back([registered](const at::Tensor& x) mutable { return registered->forward(x); });
}

void FdatUpsamplerImpl::addConvolution(int in, int out, std::optional<double> slope, bool outer) {
  add(Convolution(ConvolutionOptions{.in = in,
                                     .out = out,
                                     .activation = slope ? Activation::LeakyRelu : Activation::None,
                                     .slope = slope.value_or(0),
                                     .outer = outer}));
  if (slope) skip();
}

void FdatUpsamplerImpl::addShuffle(int factor) {
  steps_.emplace_back([factor](const at::Tensor& x) { return at::pixel_shuffle(x, factor); });
  skip();
}

void FdatUpsamplerImpl::addNearest(int factor) {
  steps_.emplace_back([factor](const at::Tensor& x) {
    return at::upsample_nearest2d(x, {x.size(2) * factor, x.size(3) * factor});
  });
  skip();
}

FdatUpsamplerImpl::FdatUpsamplerImpl(const FdatConfig& config) {
  const int f = config.features, m = config.middle, c = config.channels, enlargement = config.enlargement;
  switch (config.end) {
    case FdatEnd::Shuffle:
      addConvolution(f, c * enlargement * enlargement, std::nullopt, /*outer=*/true);
      addShuffle(enlargement);
      break;
    case FdatEnd::Shuffles:
      addConvolution(f, m, kFirstSlope);
      for (const int factor : shuffleFactors(enlargement)) {
        addConvolution(m, m * factor * factor);
        addShuffle(factor);
      }
      addConvolution(m, c, std::nullopt, /*outer=*/true);
      break;
    case FdatEnd::Nearest:
      // The rectifier may as well come before its pixels are doubled.
      for (const int factor : shuffleFactors(enlargement)) {
        addConvolution(f, f, kSlope);
        addNearest(factor);
      }
      addConvolution(f, f, kSlope);
      addConvolution(f, c, std::nullopt, /*outer=*/true);
      break;
    case FdatEnd::DySample:
      if (m != f) addConvolution(f, m, kFirstSlope);
      steps_.emplace_back([](const at::Tensor& x) { return x.to(at::kFloat); });
      add(DySample(m, c, enlargement, kDySampleGroups));
      break;
    case FdatEnd::Transposed:
      if (enlargement == 4) {
        add(EnlargingConvolution(f, f, /*stride=*/2, /*kernel=*/4, /*outer=*/false));
        steps_.emplace_back([](const at::Tensor& x) { return at::gelu(x); });
        skip();
      }
      add(EnlargingConvolution(f, c, enlargement == 3 ? 3 : 2, enlargement == 3 ? 3 : 4, /*outer=*/true));
      addConvolution(c, c, std::nullopt, /*outer=*/true);
      break;
    case FdatEnd::PixelAttention: {
      int in = f;
      for (const int factor : shuffleFactors(enlargement)) {
        addNearest(factor);
        addConvolution(in, m);
        add(PixelAttention(m));
        steps_.emplace_back([](const at::Tensor& x) { return at::leaky_relu(x, kSlope); });
        skip();
        addConvolution(m, m, kSlope);
        in = m;
      }
      addConvolution(m, c, std::nullopt, /*outer=*/true);
      break;
    }
  }
  register_buffer("MetaUpsample", at::zeros({kMeta}, at::kByte));
}

at::Tensor FdatUpsamplerImpl::forward(at::Tensor x) {
  for (Step& step : steps_) x = step(x);
  return x;
}

}  // namespace heirloom::models
