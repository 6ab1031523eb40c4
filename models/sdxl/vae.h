#pragma once

#include <string>
#include <vector>

#include "models/common/linear.h"
#include "models/common/vae_blocks.h"

namespace heirloom::models {

/// The autoencoder of latent diffusion as diffusers store it (AutoencoderKL).
struct SdxlVaeConfig {
  std::vector<int> channels = {128, 256, 512, 512};  // of the levels; a level halves the side of the one before
  int blocks = 2;                                    // residual blocks a level; the decoder has one more
  int latent = 4;                                    // channels of a latent
  int groups = 32;                                   // of the norms
  double scaling = 0.13025;                          // latents of the diffusion = latents * scaling
  bool operator==(const SdxlVaeConfig&) const = default;

  int factor() const { return 1 << (channels.size() - 1); }  // pixels a latent, along a side
};

/// The configuration of a diffusers `vae/config.json`. Throws Error for one of another kind.
SdxlVaeConfig vaeConfigOf(const std::string& json);

/// x + attention over all positions, one head.
class SdxlVaeAttentionImpl : public torch::nn::Module {
 public:
  SdxlVaeAttentionImpl(int channels, int groups);
  at::Tensor forward(const at::Tensor& x);  // N C H W to the same

 private:
  VaeNorm group_norm_;
  Linear to_q_, to_k_, to_v_, to_out_;
};
TORCH_MODULE(SdxlVaeAttention);

/// A level of the encoder ("down_blocks", "downsamplers") or the decoder ("up_blocks", "upsamplers").
struct SdxlVaeLevel {
  std::vector<VaeResBlock> resnets;
  VaeDownsample down{nullptr};  // not of the last one
  VaeUpsample up{nullptr};      // not of the last one
};

/// resnet, attention, resnet.
struct SdxlVaeMiddle {
  VaeResBlock first{nullptr}, second{nullptr};
  SdxlVaeAttention attention{nullptr};
};

/// Picture in -1..1, N 3 H W, H and W multiples of the factor, to mean and log-variance: N 2Z h w in float32, before
/// quant_conv.
class SdxlVaeEncoderImpl : public torch::nn::Module {
 public:
  explicit SdxlVaeEncoderImpl(const SdxlVaeConfig& config);
  at::Tensor forward(const at::Tensor& picture, const Checkpoint& checkpoint = {});

 private:
  Convolution conv_in_;
  std::vector<SdxlVaeLevel> levels_;
  SdxlVaeMiddle middle_;
  VaeNorm conv_norm_out_{nullptr};
  Convolution conv_out_{nullptr};
};
TORCH_MODULE(SdxlVaeEncoder);

/// Latents N Z h w behind post_quant_conv to a picture, N 3 H W in float32, not clamped.
class SdxlVaeDecoderImpl : public torch::nn::Module {
 public:
  explicit SdxlVaeDecoderImpl(const SdxlVaeConfig& config);
  at::Tensor forward(const at::Tensor& latent, const Checkpoint& checkpoint = {});

 private:
  Convolution conv_in_;
  SdxlVaeMiddle middle_;
  std::vector<SdxlVaeLevel> levels_;
  VaeNorm conv_norm_out_{nullptr};
  Convolution conv_out_{nullptr};
};
TORCH_MODULE(SdxlVaeDecoder);

/// What an encoder says about a picture: a Gaussian of latents.
struct LatentDistribution {
  at::Tensor mean;       // N Z h w
  at::Tensor deviation;  // the same; the log-variance is taken within -30..20
};

/// Podell et al., "SDXL: Improving Latent Diffusion Models", 2023; reference diffusers 0.28.1, AutoencoderKL. In
/// float16 its inner values overflow: it never computes in that.
class SdxlVaeImpl : public torch::nn::Module {
 public:
  explicit SdxlVaeImpl(const SdxlVaeConfig& config);

  /// `picture`: N 3 H W in -1..1. Latents are the autoencoder's own, not yet scaled.
  LatentDistribution encode(const at::Tensor& picture, const Checkpoint& checkpoint = {});
  /// Latents, already divided by the scaling, to a picture in -1..1, not clamped.
  at::Tensor decode(const at::Tensor& latent, const Checkpoint& checkpoint = {});

  const SdxlVaeConfig& config() const { return config_; }

 private:
  SdxlVaeConfig config_;
  SdxlVaeEncoder encoder_;
  SdxlVaeDecoder decoder_;
  Convolution quant_conv_, post_quant_conv_;
};
TORCH_MODULE(SdxlVae);

/// How a picture that is too large for one pass is taken apart, in latents.
struct VaeTiles {
  std::int64_t side = 128;
  std::int64_t overlap = 32;
};

/// The same as `encode` and `decode` in overlapping tiles that fade into each other; a picture of at most one tile goes
/// whole. Norms see one tile at a time, so colours may drift slightly between tiles.
LatentDistribution encodeInTiles(SdxlVae& vae, const at::Tensor& picture, const VaeTiles& tiles,
                                 const Checkpoint& checkpoint = {});
at::Tensor decodeInTiles(SdxlVae& vae, const at::Tensor& latent, const VaeTiles& tiles,
                         const Checkpoint& checkpoint = {});

/// The present name of a key of an older file, whose attention has "query", "key", "value" and "proj_attn".
std::string presentVaeKey(const std::string& key);

}  // namespace heirloom::models
