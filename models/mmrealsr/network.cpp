#include "models/mmrealsr/network.h"

#include <torch/types.h>

#include "models/common/whole_statistics.h"

namespace heirloom::models {
namespace {

constexpr int kSteps = 3;  // linear layers from the degrees to gain and offset of a block

RrdbConfig steered(const MmRealSrConfig& config) {
  return {.channels = config.channels,
          .features = config.features,
          .growth = config.growth,
          .blocks = config.blocks,
          .layout = RrdbConfig::Layout::RealEsrGan};
}

Linear inFloat32(int in, int out, Activation activation = Activation::None) {
  return Linear(in, out, LinearOptions{.activation = activation, .outer = true});
}

}  // namespace

EstimatorBlockImpl::EstimatorBlockImpl(int features)
    : conv1_(register_module(
          "conv1", Convolution(ConvolutionOptions{.in = features, .out = features, .activation = Activation::Relu}))),
      conv2_(register_module("conv2", Convolution(ConvolutionOptions{.in = features, .out = features}))) {}

at::Tensor EstimatorBlockImpl::forward(const at::Tensor& x) {
  return conv2_->plus(x.to(conv2_->precision()), conv1_->forward(x));
}

MmRealSrImpl::MmRealSrImpl(const MmRealSrConfig& config)
    : RrdbNetImpl(steered(config)),
      embedding_(inFloat32(static_cast<int>(kDegrees), config.embedding, Activation::Relu)) {
  const auto network = submodule(*this, "de_net");
  const auto first = submodule(*network, "conv_first"), body = submodule(*network, "body");
  const auto degree = submodule(*network, "fc_degree");
  for (std::size_t i = 0; i < kDegrees; ++i) {
    Estimator& estimator = estimators_[i];
    const std::string number = std::to_string(i);
    estimator.first = first->register_module(
        number,
        Convolution(ConvolutionOptions{.in = config.channels, .out = config.stages.front().features, .outer = true}));
    const auto sequence = submodule(*body, number);
    int module = 0;
    for (std::size_t s = 0; s < config.stages.size(); ++s) {
      const auto& [features, blocks] = config.stages[s];
      Stage& stage = estimator.stages.emplace_back();
      for (int b = 0; b < blocks; ++b) {
        stage.blocks.push_back(sequence->register_module(std::to_string(module++), EstimatorBlock(features)));
      }
      if (s + 1 == config.stages.size()) break;
      const ConvolutionOptions down{.in = features, .out = config.stages[s + 1].features, .stride = 2, .padding = 1};
      stage.down = sequence->register_module(std::to_string(module++), Convolution(down));
    }
    const auto linear = submodule(*degree, number);
    estimator.hidden =
        linear->register_module("0", inFloat32(config.stages.back().features, config.hidden, Activation::Relu));
    estimator.degree = linear->register_module("2", inFloat32(config.hidden, 1));
  }
  submodule(*this, "dd_embed")->register_module("0", embedding_);
  const auto list = submodule(*this, "am_list");
  const int made = 2 * config.features, between = (config.embedding + made) / 2;
  for (int i = 0; i < config.blocks; ++i) {
    const auto fc = submodule(*submodule(*list, std::to_string(i)), "fc");
    modulations_.push_back({fc->register_module("0", inFloat32(config.embedding, between, Activation::Relu)),
                            fc->register_module("2", inFloat32(between, between, Activation::Relu)),
                            fc->register_module("4", inFloat32(between, made))});
    static_assert(std::tuple_size_v<decltype(modulations_)::value_type> == kSteps);
  }
}

at::Tensor MmRealSrImpl::estimated(Estimator& estimator, const at::Tensor& image) {
  at::Tensor x = estimator.first->forward(image);
  for (Stage& stage : estimator.stages) {
    for (EstimatorBlock& block : stage.blocks) x = block->forward(x);
    if (stage.down) x = stage.down->forward(x);
  }
  return estimator.degree->forward(estimator.hidden->forward(channelMeans(x).flatten(1))).sigmoid();
}

at::Tensor MmRealSrImpl::forward(const at::Tensor& image, const at::Tensor& degrees, Observer* observer) {
  at::Tensor told = degrees;
  if (!told.defined()) {
    std::vector<at::Tensor> each;
    for (Estimator& estimator : estimators_) {
      if (observer && observer->stopRequested()) throw Stopped{};
      each.push_back(estimated(estimator, image));
    }
    told = at::cat(each, 1);
  }
  const at::Tensor embedded = embedding_->forward(told);
  return RrdbNetImpl::forward(image, observer, [&](std::size_t block, const at::Tensor& x) {
    at::Tensor y = embedded;
    for (Linear& step : modulations_[block]) y = step->forward(y);
    const std::vector<at::Tensor> parts = y.unsqueeze(2).unsqueeze(3).to(x.scalar_type()).chunk(2, 1);  // N F 1 1
    return at::addcmul(x + parts[1], x, parts[0]);
  });
}

}  // namespace heirloom::models
