#include "models/common/res_unet.h"

#include "models/common/padding.h"
#include "models/common/state_names.h"

namespace heirloom::models {
namespace {

constexpr int kLevels = 4;
constexpr int kMultiple = 8;  // three halvings

}  // namespace

double ResUNetConfig::flopPerPixel() const {
  const auto product = [](int a, int b) { return static_cast<double>(a) * b; };
  double macs = 9 * (product(in, features[0]) + product(features[0], out));
  double pixels = 1;
  for (int level = 0; level < kLevels; ++level, pixels /= 4) {
    const int width = features[static_cast<std::size_t>(level)];
    const int stages = level + 1 < kLevels ? 2 : 1;  // on the way down and up; the body once
    macs += pixels * stages * blocks * 2 * 9 * product(width, width);
    if (level + 1 < kLevels) macs += pixels * 2 * product(width, features[static_cast<std::size_t>(level + 1)]);
  }
  return 2 * macs;
}

// The skips of all levels, and within the first level a block's input, its inner layer and its result.
double ResUNetConfig::activationBytesPerPixel() const {
  double values = in + out + 3 * features[0];
  double pixels = 1;
  for (int level = 0; level < kLevels; ++level, pixels /= 4)
    values += pixels * features[static_cast<std::size_t>(level)];
  return 4 * values;
}

ResUNetImpl::ResUNetImpl(const ResUNetConfig& config)
    : head_(register_module("m_head", Convolution(withoutBias(config.in, config.features[0], {.outer = true})))),
      tail_(withoutBias(config.features[0], config.out, {.outer = true})) {
  const auto& width = config.features;
  const auto module = [this](const std::string& name) { return submodule(*this, name); };
  const auto addBlocks = [&](Stage& stage, torch::nn::Module& owner, int first, int features) {
    for (int i = 0; i < config.blocks; ++i) {
      stage.blocks.push_back(owner.register_module(std::to_string(first + i), ResBlock(features, false)));
    }
  };
  for (std::size_t level = 0; level + 1 < width.size(); ++level) {
    const auto owner = module("m_down" + std::to_string(level + 1));
    Stage& stage = down_.emplace_back();
    addBlocks(stage, *owner, 0, width[level]);
    stage.down = owner->register_module(
        std::to_string(config.blocks),
        Convolution(withoutBias(width[level], width[level + 1], {.kernel = 2, .stride = 2, .padding = 0})));
  }
  if (config.blocks == 1) {  // a Sequential of one is that one: its tensors carry no number
    body_.blocks.push_back(register_module("m_body", ResBlock(width[3], false)));
  } else {
    addBlocks(body_, *module("m_body"), 0, width[3]);
  }
  for (std::size_t level = width.size() - 1; level > 0; --level) {
    const auto owner = module("m_up" + std::to_string(level));
    Stage& stage = up_.emplace_back();
    stage.up = owner->register_module("0", TransposedConvolution(width[level], width[level - 1], 2));
    addBlocks(stage, *owner, 1, width[level - 1]);
  }
  register_module("m_tail", tail_);
}

at::Tensor ResUNetImpl::through(Stage& stage, at::Tensor x, Observer* observer, bool keeps) {
  if (stage.up) x = stage.up->forward(x);
  for (ResBlock& block : stage.blocks) {
    if (observer && observer->stopRequested()) throw Stopped{};
    x = block->forward(x, keeps);
    keeps = false;
  }
  return stage.down ? stage.down->forward(x) : x;
}

at::Tensor ResUNetImpl::forward(const at::Tensor& image, Observer* observer) {
  const at::Tensor padded = padToMultiple(image, kMultiple, Padding::Replicate);
  const at::Tensor first = head_->forward(padded);  // float32, also where the levels are not
  std::vector<at::Tensor> skips{first.to(down_.front().down->precision())};
  for (Stage& stage : down_) skips.push_back(through(stage, skips.back(), observer, true));
  at::Tensor x = through(body_, skips.back(), observer, true);
  for (Stage& stage : up_) {
    x = through(stage, x.add_(skips.back()), observer, false);
    skips.pop_back();
  }
  return cropTo(tail_->forward(first + x), image.size(2), image.size(3));
}

Reading<ResUNetConfig> readResUNet(const StateDict& tensors, const std::string& prefix) {
  const auto shape = [&](const std::string& key) { return tensors.shape(prefix + key); };
  const std::vector<std::int64_t> head = shape("m_head.weight");
  const std::vector<std::int64_t> tail = shape("m_tail.weight");
  Reading<ResUNetConfig> reading;
  for (const std::string key : {"m_head.weight", "m_down1.0.res.0.weight", "m_up1.0.weight", "m_tail.weight"}) {
    if (shape(key).size() != 4) reading.unfit.push_back("missing " + prefix + key);
  }
  if (!reading.unfit.empty()) {
    reading.reason = "it lacks a U-Net of ResBlocks";
    return reading;
  }
  ResUNetConfig config;
  config.in = static_cast<int>(head[1]);
  config.out = static_cast<int>(tail[0]);
  config.features[0] = static_cast<int>(head[0]);
  config.blocks = std::max(1, countNumbered(tensors, prefix + "m_body"));
  for (std::size_t level = 1; level < config.features.size(); ++level) {
    const auto down = shape("m_down" + std::to_string(level) + "." + std::to_string(config.blocks) + ".weight");
    config.features[level] = down.size() == 4 ? static_cast<int>(down[0]) : 1;
  }
  reading.config = config;
  return reading;
}

}  // namespace heirloom::models
