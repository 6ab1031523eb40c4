#pragma once

#include <string>
#include <vector>

#include "models/checkpoint/state_dict.h"
#include "models/common/vae_blocks.h"
#include "models/sdxl/vae.h"

namespace heirloom::models {

struct TinyDecoderConfig {
  int latent = 4;
  int width = 64;  // channels of every layer
  bool operator==(const TinyDecoderConfig&) const = default;

  static constexpr int kFactor = 8;  // pixels a latent, along a side
};

/// x + three convolutions with ReLU between them, and ReLU behind the sum.
class TinyBlockImpl : public torch::nn::Module {
 public:
  explicit TinyBlockImpl(int width);
  at::Tensor forward(const at::Tensor& x);

 private:
  std::vector<VaeConvolution> conv_;
};
TORCH_MODULE(TinyBlock);

/// The decoder of TAESD, which was distilled from SDXL's own to show latents on the way: good to look at, no result
/// (Ollin Boer Bohan, "TAESD: Tiny AutoEncoder for Stable Diffusion", 2023, madebyollin/taesdxl; as AutoencoderTiny of
/// diffusers names it).
class TinyDecoderImpl : public torch::nn::Module {
 public:
  explicit TinyDecoderImpl(const TinyDecoderConfig& config);

  /// Latents of the diffusion, N Z h w, scaled as it has them, to pictures N 3 8h 8w in float32, not clamped: they lie
  /// in about 0..1.
  at::Tensor forward(const at::Tensor& latent, const Checkpoint& checkpoint = {});

 private:
  /// Blocks at one size, and the convolution behind them: of twice the side, or the last one.
  struct Stage {
    std::vector<TinyBlock> blocks;
    VaeConvolution conv{nullptr};
    bool last = false;
  };

  VaeConvolution first_;
  std::vector<Stage> stages_;
};
TORCH_MODULE(TinyDecoder);

/// The same in overlapping tiles; a picture of at most one tile goes whole.
at::Tensor decodeInTiles(TinyDecoder& decoder, const at::Tensor& latent, const VaeTiles& tiles,
                         const Checkpoint& checkpoint = {});

/// The sizes that a file with present names tells; what it does not tell is as published.
TinyDecoderConfig tinyDecoderConfigOf(const StateDict& tensors);

/// The name that TinyDecoder has for a tensor of a file: of the decoder alone ("3.conv.0.weight") or of AutoencoderTiny
/// ("decoder.layers.2.conv.0.weight"). Of another tensor empty: its encoder's.
std::string presentTinyDecoderKey(const std::string& key);

/// Multiply-adds of a picture of so many pixels.
double tinyDecoderCost(const TinyDecoderConfig& config, double pixels);

}  // namespace heirloom::models
