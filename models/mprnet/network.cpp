#include "models/mprnet/network.h"

#include <torch/types.h>

#include "models/common/level_size.h"
#include "models/common/padding.h"
#include "models/common/through.h"
#include "models/common/whole_statistics.h"

namespace heirloom::models {
namespace {

constexpr int kBlocks = 2;  // of a level

int featuresOf(const MprNetConfig& config, int level) {
  return config.features + level * config.step;
}

std::vector<MprBlock> addBlocks(torch::nn::Module& owner, int count, int features, int reduction) {
  std::vector<MprBlock> blocks;
  for (int i = 0; i < count; ++i)
    blocks.push_back(owner.register_module(std::to_string(i), MprBlock(features, reduction)));
  return blocks;
}

std::array<std::vector<MprBlock>, 3> addLevels(torch::nn::Module& owner, const std::string& name,
                                               const MprNetConfig& config) {
  std::array<std::vector<MprBlock>, 3> levels;
  for (int i = 0; i < 3; ++i) {
    levels.at(static_cast<std::size_t>(i)) =
        addBlocks(*submodule(owner, name + std::to_string(i + 1)), kBlocks, featuresOf(config, i), config.reduction);
  }
  return levels;
}

/// The convolution NAME.1 of a sequence whose first part resamples.
Convolution addResampler(torch::nn::Module& owner, const std::string& name, int in, int out) {
  return submodule(owner, name)->register_module("1", Convolution(pointwise(in, out, {.bias = false})));
}

/// Both halves along `side`, one behind the other in the batch.
at::Tensor parted(const at::Tensor& x, std::int64_t side) {
  return at::cat(x.chunk(2, side), 0);
}

at::Tensor joined(const at::Tensor& x, std::int64_t side) {
  return at::cat(x.chunk(2, 0), side);
}

MprLevels joined(const MprLevels& levels, std::int64_t side) {
  return {joined(levels[0], side), joined(levels[1], side), joined(levels[2], side)};
}

}  // namespace

MprBlockImpl::MprBlockImpl(int features, int reduction)
    : squeeze_(pointwise(features, features / reduction, {.bias = false, .activation = Activation::Relu})),
      excite_(pointwise(features / reduction, features, {.bias = false})),
      slope_(1),
      conv0_(withoutBias(features, features, {.slopes = slope_})),
      conv2_(withoutBias(features, features)) {
  const auto attention = submodule(*submodule(*this, "CA"), "conv_du");
  attention->register_module("0", squeeze_);
  attention->register_module("2", excite_);
  const auto body = submodule(*this, "body");
  body->register_module("0", conv0_);
  body->register_module("1", slope_);
  body->register_module("2", conv2_);
}

at::Tensor MprBlockImpl::forward(const at::Tensor& x) {
  const at::Tensor y = conv2_->forward(conv0_->forward(x));
  const at::Tensor weights = excite_->forward(squeeze_->forward(channelMeans(y))).to(at::kFloat).sigmoid();
  return at::addcmul(x, y, weights.to(y.scalar_type()));
}

MprEncoderImpl::MprEncoderImpl(const MprNetConfig& config, bool second)
    : levels_(addLevels(*this, "encoder_level", config)) {
  for (int i = 0; i < 2; ++i) {
    const auto down = submodule(*this, "down" + std::to_string(i + 1) + std::to_string(i + 2));
    downs_.push_back(addResampler(*down, "down", featuresOf(config, i), featuresOf(config, i + 1)));
  }
  if (!second) return;
  for (int i = 0; i < 3; ++i) {
    const int features = featuresOf(config, i);
    const std::string number = std::to_string(i + 1);
    csff_enc_.push_back(
        register_module("csff_enc" + number, Convolution(pointwise(features, features, {.bias = false}))));
    csff_dec_.push_back(
        register_module("csff_dec" + number, Convolution(pointwise(features, features, {.bias = false}))));
  }
}

MprLevels MprEncoderImpl::forward(const at::Tensor& x, const MprLevels& encoded, const MprLevels& decoded,
                                  Observer* observer) {
  MprLevels levels;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    levels[i] = through(levels_[i], i == 0 ? x : downs_[i - 1]->forward(halved(levels[i - 1])), observer);
    if (csff_enc_.empty()) continue;
    levels[i] = csff_dec_[i]->addTo(csff_enc_[i]->plus(levels[i], encoded[i]), decoded[i]);
  }
  return levels;
}

MprDecoderImpl::MprDecoderImpl(const MprNetConfig& config)
    : levels_(addLevels(*this, "decoder_level", config)),
      skip_attn1_(register_module("skip_attn1", MprBlock(featuresOf(config, 0), config.reduction))),
      skip_attn2_(register_module("skip_attn2", MprBlock(featuresOf(config, 1), config.reduction))),
      up21_(addResampler(*submodule(*this, "up21"), "up", featuresOf(config, 1), featuresOf(config, 0))),
      up32_(addResampler(*submodule(*this, "up32"), "up", featuresOf(config, 2), featuresOf(config, 1))) {}

// A 1x1 convolution of an enlarged picture is the enlarged convolution, at a quarter of the cost.
MprLevels MprDecoderImpl::forward(const MprLevels& encoded, Observer* observer) {
  MprLevels levels;
  levels[2] = through(levels_[2], encoded[2], observer);
  levels[1] = through(levels_[1], doubled(up32_->forward(levels[2])) + skip_attn2_->forward(encoded[1]), observer);
  levels[0] = through(levels_[0], doubled(up21_->forward(levels[1])) + skip_attn1_->forward(encoded[0]), observer);
  return levels;
}

MprSupervisionImpl::MprSupervisionImpl(int features, int channels)
    : conv1_(register_module("conv1", Convolution(pointwise(features, features, {.bias = false})))),
      conv2_(register_module("conv2", Convolution(pointwise(features, channels, {.bias = false, .outer = true})))),
      conv3_(register_module("conv3", Convolution(pointwise(channels, features, {.bias = false})))) {}

at::Tensor MprSupervisionImpl::forward(const at::Tensor& x, const at::Tensor& picture) {
  const at::Tensor restored = conv2_->plus(picture, x);
  return at::addcmul(x, conv1_->forward(x), conv3_->forward(restored).sigmoid());
}

MprOriginalResolutionImpl::Way MprOriginalResolutionImpl::way(const std::string& kind, int level,
                                                              const MprNetConfig& config) {
  Way made;
  if (level > 0) {
    const auto up = submodule(*this, "up_" + kind + std::to_string(level));
    for (int i = level; i > 0; --i) {
      // One enlargement alone is no sequence.
      const auto owner = level == 1 ? up : submodule(*up, std::to_string(level - i));
      made.ups.push_back(addResampler(*owner, "up", featuresOf(config, i), featuresOf(config, i - 1)));
    }
  }
  made.conv =
      register_module("conv_" + kind + std::to_string(level + 1),
                      Convolution(pointwise(config.features, config.features + config.lastStep, {.bias = false})));
  return made;
}

MprOriginalResolutionImpl::MprOriginalResolutionImpl(const MprNetConfig& config) {
  const int features = config.features + config.lastStep;
  for (int i = 0; i < 3; ++i) {
    const auto body = submodule(*submodule(*this, "orb" + std::to_string(i + 1)), "body");
    Group& group = groups_.emplace_back();
    group.blocks = addBlocks(*body, config.blocks, features, config.reduction);
    group.last = body->register_module(std::to_string(config.blocks), Convolution(withoutBias(features, features)));
    encoded_.push_back(way("enc", i, config));
    decoded_.push_back(way("dec", i, config));
  }
}

at::Tensor MprOriginalResolutionImpl::forward(at::Tensor x, const MprLevels& encoded, const MprLevels& decoded,
                                              Observer* observer) {
  const auto before = [](Way& way, at::Tensor features) {
    for (Convolution& up : way.ups) features = up->forward(features);
    return features;
  };
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    x = groups_[i].last->plus(x, through(groups_[i].blocks, x, observer));
    const at::Tensor fromEncoder = before(encoded_[i], encoded[i]), fromDecoder = before(decoded_[i], decoded[i]);
    if (i == 0) {
      x = decoded_[i].conv->addTo(encoded_[i].conv->addTo(x, fromEncoder), fromDecoder);
      continue;
    }
    at::Tensor added = decoded_[i].conv->addTo(encoded_[i].conv->forward(fromEncoder), fromDecoder);
    for (std::size_t size = 0; size < i; ++size) added = doubled(added);
    x = x + added;
  }
  return x;
}

MprNetImpl::Shallow MprNetImpl::shallow(const std::string& name, const MprNetConfig& config) {
  const auto sequence = submodule(*this, name);
  return {sequence->register_module("0", Convolution(withoutBias(config.channels, config.features, {.outer = true}))),
          sequence->register_module("1", MprBlock(config.features, config.reduction))};
}

MprNetImpl::MprNetImpl(const MprNetConfig& config)
    : shallow_feat1_(shallow("shallow_feat1", config)),
      shallow_feat2_(shallow("shallow_feat2", config)),
      shallow_feat3_(shallow("shallow_feat3", config)),
      stage1_encoder_(register_module("stage1_encoder", MprEncoder(config, /*second=*/false))),
      stage1_decoder_(register_module("stage1_decoder", MprDecoder(config))),
      stage2_encoder_(register_module("stage2_encoder", MprEncoder(config, /*second=*/true))),
      stage2_decoder_(register_module("stage2_decoder", MprDecoder(config))),
      stage3_orsnet_(register_module("stage3_orsnet", MprOriginalResolution(config))),
      sam12_(register_module("sam12", MprSupervision(config.features, config.channels))),
      sam23_(register_module("sam23", MprSupervision(config.features, config.channels))),
      concat12_(register_module("concat12", Convolution(withoutBias(2 * config.features, config.features)))),
      concat23_(register_module("concat23",
                                Convolution(withoutBias(2 * config.features, config.features + config.lastStep)))),
      tail_(register_module(
          "tail", Convolution(withoutBias(config.features + config.lastStep, config.channels, {.outer = true})))) {}

at::Tensor MprNetImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor whole = padToMultiple(image, MprNetConfig::kSizeMultiple, Padding::Reflect);
  const at::Tensor halves = parted(whole, 2);
  const at::ScalarType precision = concat12_->precision();
  const auto features = [&](Shallow& shallow, const at::Tensor& picture) {
    return shallow.block->forward(shallow.conv->forward(picture).to(precision));
  };

  // Quarters go down on their own, and come up as halves.
  const MprLevels encoded1 =
      joined(stage1_encoder_->forward(features(shallow_feat1_, parted(halves, 3)), {}, {}, observer), 3);
  const MprLevels decoded1 = stage1_decoder_->forward(encoded1, observer);

  const at::Tensor x2 =
      concat12_->forward(at::cat({features(shallow_feat2_, halves), sam12_->forward(decoded1[0], halves)}, 1));
  const MprLevels encoded2 = joined(stage2_encoder_->forward(x2, encoded1, decoded1, observer), 2);
  const MprLevels decoded2 = stage2_decoder_->forward(encoded2, observer);

  const at::Tensor x3 =
      concat23_->forward(at::cat({features(shallow_feat3_, whole), sam23_->forward(decoded2[0], whole)}, 1));
  const at::Tensor restored = tail_->plus(whole, stage3_orsnet_->forward(x3, encoded2, decoded2, observer));
  return cropTo(restored, image.size(2), image.size(3));
}

}  // namespace heirloom::models
