#include "models/sdxl/tiny_decoder.h"

#include <torch/types.h>

#include <array>
#include <charconv>

#include "models/common/plane_tiles.h"
#include "models/common/state_names.h"

namespace heirloom::models {
namespace {

constexpr std::array kTinyBlocks = {3, 3, 3, 1};  // at each size
constexpr double kBound = 3;                      // latents beyond it are pressed together

VaeConvolution layerOf(torch::nn::Module& owner, int number, const ConvolutionOptions& options) {
  return owner.register_module(std::to_string(number), VaeConvolution(options));
}

}  // namespace

TinyBlockImpl::TinyBlockImpl(int width) {
  const auto conv = submodule(*this, "conv");
  for (const int number : {0, 2, 4}) {
    const Activation activation = number < 4 ? Activation::Relu : Activation::None;
    conv_.push_back(layerOf(*conv, number, {.in = width, .out = width, .activation = activation}));
  }
}

at::Tensor TinyBlockImpl::forward(const at::Tensor& x) {
  return at::relu(conv_[2]->plus(x, conv_[1]->forward(conv_[0]->forward(x))));
}

TinyDecoderImpl::TinyDecoderImpl(const TinyDecoderConfig& config) : first_(nullptr) {
  const auto layers = submodule(*this, "layers");
  const int width = config.width;
  first_ = layerOf(*layers, 0, {.in = config.latent, .out = width, .activation = Activation::Relu, .outer = true});
  int number = 2;  // behind the activation
  for (std::size_t i = 0; i < kTinyBlocks.size(); ++i) {
    Stage& stage = stages_.emplace_back();
    stage.last = i + 1 == kTinyBlocks.size();
    for (int block = 0; block < kTinyBlocks[i]; ++block)
      stage.blocks.push_back(layers->register_module(std::to_string(number++), TinyBlock(width)));
    if (!stage.last) ++number;  // it grows first
    stage.conv = stage.last ? layerOf(*layers, number, {.in = width, .out = 3, .outer = true})
                            : layerOf(*layers, number, {.in = width, .out = width, .bias = false});
    ++number;
  }
}

at::Tensor TinyDecoderImpl::forward(const at::Tensor& latent, const Checkpoint& checkpoint) {
  at::Tensor x = first_->forward(at::tanh(latent / kBound) * kBound);
  for (Stage& stage : stages_) {
    if (checkpoint) checkpoint();
    for (TinyBlock& block : stage.blocks) x = block->forward(x);
    if (!stage.last) x = at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)});
    x = stage.conv->forward(x);
  }
  return x.to(at::kFloat);
}

at::Tensor decodeInTiles(TinyDecoder& decoder, const at::Tensor& latent, const VaeTiles& tiles,
                         const Checkpoint& checkpoint) {
  const std::vector<PlaneTile> latents = planeTiles(latent.size(2), latent.size(3), tiles.side, tiles.overlap);
  if (latents.size() == 1) return decoder->forward(latent, checkpoint);
  std::vector<PlaneTile> pictures;
  for (const PlaneTile& tile : latents) pictures.push_back(tile.scaled(TinyDecoderConfig::kFactor));
  std::size_t next = 0;
  return mixed(pictures,
               [&](const PlaneTile&) { return decoder->forward(latents[next++].of(latent).contiguous(), checkpoint); });
}

TinyDecoderConfig tinyDecoderConfigOf(const StateDict& tensors) {
  TinyDecoderConfig config;
  if (const int width = sideOf(tensors, "layers.0.weight", 0); width > 0) config.width = width;
  if (const int latent = sideOf(tensors, "layers.0.weight", 1); latent > 0) config.latent = latent;
  return config;
}

std::string presentTinyDecoderKey(const std::string& key) {
  constexpr std::string_view kDecoder = "decoder.";
  if (key.starts_with(kDecoder)) return key.substr(kDecoder.size());
  // The decoder alone begins with the bound on latents, a layer without weights.
  int number = 0;
  const auto [end, failed] = std::from_chars(key.data(), key.data() + key.size(), number);
  if (failed != std::errc{} || number < 1 || *end != '.') return {};
  return "layers." + std::to_string(number - 1) + end;
}

double tinyDecoderCost(const TinyDecoderConfig& config, double pixels) {
  const double width = config.width, layer = 9 * width * width;
  double area = pixels / (TinyDecoderConfig::kFactor * TinyDecoderConfig::kFactor);
  double sum = area * 9 * config.latent * width + pixels * 9 * 3 * width;
  for (std::size_t i = 0; i < kTinyBlocks.size(); ++i) {
    sum += area * 3 * kTinyBlocks[i] * layer;
    if (i + 1 < kTinyBlocks.size()) sum += (area *= 4) * layer;
  }
  return sum;
}

}  // namespace heirloom::models
