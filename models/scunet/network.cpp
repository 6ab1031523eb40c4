#include "models/scunet/network.h"

#include <torch/types.h>

#include <cmath>

#include "models/common/padding.h"
#include "models/common/super_resolution.h"
#include "models/common/through.h"
#include "models/swinir/block.h"

namespace heirloom::models {
namespace {

constexpr int kWindow = 8;
constexpr int kHeadFeatures = 32;
constexpr int kSizeMultiple = 64;  // windows at the lowest of four levels
constexpr int kLevels = 3;         // below the first

}  // namespace

ScuAttentionImpl::ScuAttentionImpl(int features, int shift, const LayerNorm& norm)
    : shape_{kWindow, shift, features / kHeadFeatures},
      embedding_layer_(register_module("embedding_layer", Linear(features, 3 * features, LinearOptions{.norm = norm}))),
      relative_position_params_(
          register_parameter("relative_position_params", at::empty({shape_.heads, 2 * kWindow - 1, 2 * kWindow - 1}))),
      linear_(register_module("linear", Linear(features, features))) {}

at::Tensor ScuAttentionImpl::gathered() const {
  const at::Tensor index = relativePositionIndex(kWindow).flatten().to(relative_position_params_.device());
  return relative_position_params_.flatten(1)
      .index_select(1, index)
      .view({shape_.heads, kWindow * kWindow, kWindow * kWindow})
      .contiguous();
}

// The reference forbids what the shift brought together by minus infinity, our attention by -100: the same weights in
// float32.
at::Tensor ScuAttentionImpl::forward(const at::Tensor& x) {
  if (embedding_layer_->packed() && linear_->packed()) {
    const at::Tensor tokens = x.contiguous();
    return windowBlock(tokens, *embedding_layer_->packed(), *linear_->packed(), bias_, shape_, scales_,
                       /*cosine=*/false, tokens);
  }
  const at::Tensor qkv = embedding_layer_->forward(x);
  const double scale = 1 / std::sqrt(static_cast<double>(kHeadFeatures));
  if (biases_.defined()) return linear_->forward(gpuWindowAttention(qkv, biases_, shape_, scale), x);
  return linear_->forward(plainWindowAttention(qkv, bias_.defined() ? bias_ : gathered(), shape_, scale), x);
}

void ScuAttentionImpl::place(const Placement& placement) {
  bias_ = gathered().detach();
  const bool onGpu = !placement.device.is_cpu() && !placement.plain;
  biases_ = onGpu ? windowBiases(bias_, shape_).to(placement.precision) : at::Tensor{};
  scales_ = at::full({shape_.heads}, 1 / std::sqrt(static_cast<double>(kHeadFeatures)),
                     at::TensorOptions(placement.device).dtype(at::kFloat));
}

ScuBlockImpl::ScuBlockImpl(int features, int shift)
    : half_(features / 2),
      ln1_(half_),
      msa_(half_, shift, ln1_),
      ln2_(half_),
      mlp0_(half_, 4 * half_, LinearOptions{.activation = Activation::Gelu, .norm = ln2_}),
      mlp2_(4 * half_, half_),
      conv1_1_(ConvolutionOptions{.in = features, .out = features, .kernel = 1}),
      conv1_2_(ConvolutionOptions{.in = features, .out = features, .kernel = 1}),
      conv0_(withoutBias(half_, half_, {.activation = Activation::Relu})),
      conv2_(withoutBias(half_, half_)) {
  const auto transformer = submodule(*this, "trans_block");
  transformer->register_module("ln1", ln1_);
  transformer->register_module("msa", msa_);
  transformer->register_module("ln2", ln2_);
  const auto mlp = submodule(*transformer, "mlp");
  mlp->register_module("0", mlp0_);
  mlp->register_module("2", mlp2_);
  register_module("conv1_1", conv1_1_);
  register_module("conv1_2", conv1_2_);
  const auto convolutions = submodule(*this, "conv_block");
  convolutions->register_module("0", conv0_);
  convolutions->register_module("2", conv2_);
}

at::Tensor ScuBlockImpl::forward(const at::Tensor& x) {
  const at::Tensor both = conv1_1_->forward(x);
  const at::Tensor forConvolutions = both.narrow(1, 0, half_);
  const at::Tensor convolved = conv2_->plus(forConvolutions, conv0_->forward(forConvolutions));
  const at::Tensor tokens = msa_->forward(toTokens(both.narrow(1, half_, half_)));
  const at::Tensor transformed = toImage(perceptron(tokens, mlp0_, mlp2_, tokens));
  return conv1_2_->plus(x, at::cat({convolved, transformed}, 1));
}

ScuNetImpl::ScuNetImpl(const ScuNetConfig& config)
    : m_head_(withoutBias(config.channels, config.width, {.outer = true})),
      m_tail_(withoutBias(config.width, config.channels, {.outer = true})) {
  const auto part = [this](const std::string& name) { return submodule(*this, name); };
  const auto blocks = [&](torch::nn::Module& owner, int count, int features, int first) {
    std::vector<ScuBlock> made;
    for (int i = 0; i < count; ++i) {
      const int shift = i % 2 == 1 ? kWindow / 2 : 0;
      made.push_back(owner.register_module(std::to_string(first + i), ScuBlock(features, shift)));
    }
    stages_.push_back(std::move(made));
  };
  part("m_head")->register_module("0", m_head_);
  int features = config.width;
  std::size_t stage = 0;
  for (int level = 1; level <= kLevels; ++level) {
    const auto down = part("m_down" + std::to_string(level));
    const int count = config.blocks.at(stage++);
    blocks(*down, count, features, 0);
    downs_.push_back(down->register_module(
        std::to_string(count),
        Convolution(withoutBias(features, 2 * features, {.kernel = 2, .stride = 2, .padding = 0}))));
    features *= 2;
  }
  blocks(*part("m_body"), config.blocks.at(stage++), features, 0);
  for (int level = kLevels; level >= 1; --level) {
    const auto up = part("m_up" + std::to_string(level));
    ups_.push_back(up->register_module("0", TransposedConvolution(features, features / 2, 2)));
    features /= 2;
    blocks(*up, config.blocks.at(stage++), features, 1);
  }
  part("m_tail")->register_module("0", m_tail_);
}

at::Tensor ScuNetImpl::forward(const at::Tensor& image, Observer* observer) {
  at::Tensor x = m_head_->forward(padToMultiple(image, kSizeMultiple, Padding::Replicate)).to(downs_[0]->precision());
  std::vector<at::Tensor> skips = {x};
  std::size_t stage = 0;
  for (Convolution& down : downs_) {
    x = down->forward(through(stages_[stage++], x, observer));
    skips.push_back(x);
  }
  x = through(stages_[stage++], x, observer);
  for (TransposedConvolution& up : ups_) {
    x = through(stages_[stage++], up->forward(x + skips.back()), observer);
    skips.pop_back();
  }
  return cropTo(m_tail_->forward(x + skips.back()), image.size(2), image.size(3));
}

}  // namespace heirloom::models
