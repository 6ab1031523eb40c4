#include "models/usrnet/network.h"

#include "models/common/noise_level.h"

namespace heirloom::models {

UsrNetImpl::UsrNetImpl(const UsrNetConfig& config)
    : iterations_(config.iterations), prior_(register_module("p", ResUNet(config.prior))) {
  const auto hyper = submodule(*this, "h");
  const auto mlp = submodule(*hyper, "mlp");
  const int width = config.hyperFeatures;
  const std::array<std::pair<int, int>, 3> layers = {{{2, width}, {width, width}, {width, 2 * config.iterations}}};
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const bool last = i + 1 == layers.size();
    mlp_.push_back(mlp->register_module(std::to_string(2 * i),
                                        Convolution(ConvolutionOptions{
                                            .in = layers[i].first,
                                            .out = layers[i].second,
                                            .kernel = 1,
                                            .activation = last ? Activation::None : Activation::Relu,
                                            .outer = true,  // a handful of numbers that every pixel depends on
                                        })));
  }
}

at::Tensor UsrNetImpl::hyperParameters(const at::Tensor& sigma, int scale) {
  at::Tensor x = at::cat({sigma, at::full_like(sigma, scale)}, 1);
  for (Convolution& layer : mlp_) x = layer->forward(x);
  return at::softplus(x) + 1e-6;
}

at::Tensor UsrNetImpl::forward(const at::Tensor& y, const at::Tensor& kernel, int scale, const at::Tensor& sigma,
                               Observer* observer) {
  const FftDataStep data(y, kernel, scale);
  const at::Tensor weights = hyperParameters(sigma, scale);
  at::Tensor x = at::upsample_nearest2d(y, {y.size(2) * scale, y.size(3) * scale});
  for (int i = 0; i < iterations_; ++i) {
    x = data.solve(x, weights.narrow(1, i, 1));
    x = prior_->forward(withNoiseMap(x, weights.narrow(1, iterations_ + i, 1)), observer);
    if (observer) observer->progress(HEIRLOOM_TEXT("usrnet.iterating", "iterating"), (i + 1.0) / iterations_);
  }
  return x;
}

}  // namespace heirloom::models
