#include "models/fbcnn/network.h"

#include <torch/types.h>

#include "models/common/padding.h"
#include "models/common/whole_statistics.h"

namespace heirloom::models {
namespace {

Linear small(int in, int out, Activation activation = Activation::None) {
  return Linear(in, out, LinearOptions{.activation = activation, .outer = true});
}

at::Tensor overPixels(const at::Tensor& values) {  // N C -> N C 1 1
  return values.unsqueeze(2).unsqueeze(3);
}

}  // namespace

QualityBlockImpl::QualityBlockImpl(int features)
    : first_(ConvolutionOptions{.in = features, .out = features, .activation = Activation::Relu}),
      second_(ConvolutionOptions{.in = features, .out = features}) {
  const auto res = submodule(*this, "res");
  res->register_module("0", first_);
  res->register_module("2", second_);
}

at::Tensor QualityBlockImpl::forward(const at::Tensor& x, const at::Tensor& gamma, const at::Tensor& beta) {
  return at::addcmul(x + beta, second_->forward(first_->forward(x)), gamma);
}

FbcnnImpl::FbcnnImpl(const FbcnnConfig& config)
    : m_head_(register_module(
          "m_head", Convolution(ConvolutionOptions{.in = config.channels, .out = config.features[0], .outer = true}))),
      m_tail_(ConvolutionOptions{.in = config.features[0], .out = config.channels, .outer = true}) {
  const auto part = [this](const std::string& name) { return submodule(*this, name); };
  const auto blocks = [&](torch::nn::Module& owner, int features) {
    std::vector<ResBlock> made;
    for (int i = 0; i < config.blocks; ++i) {
      made.push_back(owner.register_module(std::to_string(i), ResBlock(features, /*bias=*/true)));
    }
    return made;
  };
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    Level& level = levels_[i];
    const std::string number = std::to_string(i + 1);
    const int above = config.features.at(i), below = config.features.at(i + 1);
    const auto down = part("m_down" + number);
    level.before = blocks(*down, above);
    level.down = down->register_module(
        std::to_string(config.blocks),
        Convolution(ConvolutionOptions{.in = above, .out = below, .kernel = 2, .stride = 2, .padding = 0}));
    const auto up = part("m_up" + number);
    level.up = up->register_module("0", TransposedConvolution(below, above, 2, /*bias=*/true));
    for (int k = 1; k <= config.blocks; ++k) {
      level.behind.push_back(up->register_module(std::to_string(k), QualityBlock(above)));
    }
    level.gamma = part("to_gamma_" + number)->register_module("0", small(config.embedding, above));
    level.beta = part("to_beta_" + number)->register_module("0", small(config.embedding, above));
  }
  const int lowest = config.features[3];
  encoder_ = blocks(*part("m_body_encoder"), lowest);
  decoder_ = blocks(*part("m_body_decoder"), lowest);

  // Behind its blocks a mean and a flattening count as modules, and every activation.
  const auto predictor = part("qf_pred");
  predicting_ = blocks(*predictor, lowest);
  const auto predict = [&](int number, int in, int out, Activation activation) {
    predictors_.push_back(
        predictor->register_module(std::to_string(config.blocks + number), small(in, out, activation)));
  };
  predict(2, lowest, config.embedding, Activation::Relu);
  predict(4, config.embedding, config.embedding, Activation::Relu);
  predict(6, config.embedding, 1, Activation::None);
  const auto embed = part("qf_embed");
  for (int i = 0; i < 3; ++i) {
    embedding_.push_back(embed->register_module(
        std::to_string(2 * i), small(i == 0 ? 1 : config.embedding, config.embedding, Activation::Relu)));
  }
  register_module("m_tail", m_tail_);
}

at::Tensor FbcnnImpl::estimated(const at::Tensor& features) {
  at::Tensor x = features;
  bool keeps = true;
  for (ResBlock& block : predicting_) {
    x = block->forward(x, keeps);
    keeps = false;
  }
  x = channelMeans(x).flatten(1);
  for (Linear& linear : predictors_) x = linear->forward(x);
  return x.sigmoid();
}

at::Tensor FbcnnImpl::forward(const at::Tensor& image, const at::Tensor& quality, Observer* observer) {
  const auto through = [&](std::vector<ResBlock>& blocks, at::Tensor x, bool keeps) {
    for (ResBlock& block : blocks) {
      if (observer && observer->stopRequested()) throw Stopped{};
      x = block->forward(x, keeps);
      keeps = false;
    }
    return x;
  };
  at::Tensor x = m_head_->forward(padToMultiple(image, FbcnnConfig::kSizeMultiple, Padding::Replicate))
                     .to(levels_[0].down->precision());
  std::vector<at::Tensor> skips;
  for (Level& level : levels_) {
    skips.push_back(x);
    x = level.down->forward(through(level.before, x, /*keeps=*/true));
  }
  const at::Tensor lowest = x;
  x = through(encoder_, x, /*keeps=*/true);
  at::Tensor embedded = quality.defined() ? quality : estimated(x);
  for (Linear& linear : embedding_) embedded = linear->forward(embedded);
  x = through(decoder_, x, /*keeps=*/false) + lowest;
  for (std::size_t i = levels_.size(); i-- > 0;) {
    Level& level = levels_[i];
    const at::Tensor gamma = overPixels(level.gamma->forward(embedded).sigmoid()).to(x.scalar_type());
    const at::Tensor beta = overPixels(level.beta->forward(embedded).tanh()).to(x.scalar_type());
    x = level.up->forward(x);
    for (QualityBlock& block : level.behind) {
      if (observer && observer->stopRequested()) throw Stopped{};
      x = block->forward(x, gamma, beta);
    }
    x = x + skips[i];
  }
  return cropTo(m_tail_->forward(x), image.size(2), image.size(3));
}

}  // namespace heirloom::models
