#pragma once

#include <vector>

#include "models/common/vae_blocks.h"
#include "models/restorevar/config.h"
#include "models/restorevar/quantiser.h"

namespace heirloom::models {

/// x + attention over all positions, one head.
class VaeAttentionImpl : public torch::nn::Module {
 public:
  explicit VaeAttentionImpl(int channels);
  at::Tensor forward(const at::Tensor& x);

 private:
  VaeNorm norm_;
  VaeConvolution qkv_;
  VaeConvolution proj_out_;
};
TORCH_MODULE(VaeAttention);

/// Picture in -1..1, N 3 H W, to latents N Z H/factor W/factor in float32.
class VaeEncoderImpl : public torch::nn::Module {
 public:
  explicit VaeEncoderImpl(const VqVaeConfig& config);
  at::Tensor forward(const at::Tensor& picture, const Checkpoint& checkpoint = {});

 private:
  struct Level {
    std::vector<VaeResBlock> blocks;
    std::vector<VaeAttention> attentions;  // one behind each block of the last level, none elsewhere
    VaeDownsample down{nullptr};           // not of the last level
  };
  Convolution conv_in_;
  std::vector<Level> levels_;
  VaeResBlock block1_{nullptr};
  VaeAttention attention_{nullptr};
  VaeResBlock block2_{nullptr};
  VaeNorm norm_out_{nullptr};
  Convolution conv_out_{nullptr};
};
TORCH_MODULE(VaeEncoder);

/// The way back: latents to a picture, float32, not clamped. The checkpoint counts levels from the finest one, the
/// coarsest runs first.
class VaeDecoderImpl : public torch::nn::Module {
 public:
  explicit VaeDecoderImpl(const VqVaeConfig& config);
  at::Tensor forward(const at::Tensor& latent, const Checkpoint& checkpoint = {});

 private:
  struct Level {
    std::vector<VaeResBlock> blocks;
    std::vector<VaeAttention> attentions;
    VaeUpsample up{nullptr};  // not of the finest level
  };
  Convolution conv_in_;
  VaeResBlock block1_{nullptr};
  VaeAttention attention_{nullptr};
  VaeResBlock block2_{nullptr};
  std::vector<Level> levels_;  // finest first, as their names count
  VaeNorm norm_out_{nullptr};
  Convolution conv_out_{nullptr};
};
TORCH_MODULE(VaeDecoder);

/// Tian, Jiang, Yuan, Peng, Wang, "Visual Autoregressive Modeling", NeurIPS 2024; reference FoundationVision/VAR,
/// models/vqvae.py and basic_vae.py. RestoreVAR conditions on the encoder's output itself: `quant_conv` and the
/// quantiser's encoding serve training alone.
class VqVaeImpl : public torch::nn::Module {
 public:
  explicit VqVaeImpl(const VqVaeConfig& config);

  /// Picture in -1..1 to the encoder's output, before quant_conv.
  at::Tensor encode(const at::Tensor& picture, const Checkpoint& checkpoint = {});
  /// Latent, continuous or summed from codes, to a picture in -1..1, clamped.
  at::Tensor decode(const at::Tensor& latent, const Checkpoint& checkpoint = {});

  VaeEncoder encoder;
  VaeDecoder decoder;
  Quantiser quantize;
  Convolution quant_conv;
  Convolution post_quant_conv;
};
TORCH_MODULE(VqVae);

}  // namespace heirloom::models
