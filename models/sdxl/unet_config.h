#pragma once

#include <string>
#include <vector>

namespace heirloom::models {

/// A UNet of the SDXL kind. Default: SDXL base. Levels from the finest; the way up mirrors the way down and has one
/// residual block more a level.
struct UNetConfig {
  int inChannels = 4;
  int outChannels = 4;
  std::vector<int> widths = {320, 640, 1280};  // channels of the levels
  std::vector<int> heads = {5, 10, 20};        // of attention
  std::vector<int> depths = {0, 2, 10};        // transformer blocks behind each residual block; 0: no attention
  int blocks = 2;                              // residual blocks a level on the way down
  int textWidth = 2048;
  int groups = 32;  // of the normalisations
  double epsilon = 1e-5;
  int sizeEmbedding = 256;   // sinusoid of each of the six numbers that describe sizes and crop
  int additionWidth = 2816;  // pooled text and the six sinusoids
  int sampleSide = 128;      // of the latents that it was trained on
  bool operator==(const UNetConfig&) const = default;

  int levels() const { return static_cast<int>(widths.size()); }
  int embeddingWidth() const { return 4 * widths.front(); }
  int pooledWidth() const { return additionWidth - 6 * sizeEmbedding; }
  int sideMultiple() const { return 1 << (levels() - 1); }  // of a latent
};

/// The configuration that a diffusers `unet/config.json` holds. Throws Error when it is no JSON, or describes a UNet of
/// another kind (SD 1.5's convolutions around attention, SD 2's single text encoder, refiner's aesthetic score).
UNetConfig unetConfigOf(const std::string& json);

}  // namespace heirloom::models
