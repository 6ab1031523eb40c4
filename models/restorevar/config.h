#pragma once

#include <vector>

namespace heirloom::models {

/// The autoencoder with a multi-scale codebook (VAR's VQVAE).
struct VqVaeConfig {
  int channels = 160;                              // of the first level
  std::vector<int> multipliers = {1, 1, 2, 2, 4};  // of the levels; a level halves the side of the one before
  int blocks = 2;                                  // residual blocks a level; the decoder has one more
  int latent = 32;                                 // channels of a latent
  int vocabulary = 4096;
  bool operator==(const VqVaeConfig&) const = default;

  int factor() const { return 1 << (multipliers.size() - 1); }  // pixels a latent, along a side
};

/// The transformer that smooths the decoded latent: it looks at the latent and at what VAR made of every token.
struct RefinerConfig {
  int width = 384;
  int heads = 6;
  int depth = 12;
  int hidden = 768;
  bool operator==(const RefinerConfig&) const = default;
};

/// VAR d16 as RestoreVAR has it.
struct VarConfig {
  int depth = 16;
  int width = 1024;
  int heads = 16;
  int hidden = 4096;
  int classes = 1000;                                           // one row more is "no class", the only one in use
  std::vector<int> sides = {1, 2, 3, 4, 6, 9, 13, 18, 24, 32};  // of the token maps, scale by scale
  RefinerConfig refiner;
  bool operator==(const VarConfig&) const = default;

  int scales() const { return static_cast<int>(sides.size()); }
  int grid() const { return sides.back(); }
  int tokens() const {
    int sum = 0;
    for (const int side : sides) sum += side * side;
    return sum;
  }
};

struct RestoreVarConfig {
  VarConfig var;
  VqVaeConfig vae;
  bool operator==(const RestoreVarConfig&) const = default;

  int side() const { return var.grid() * vae.factor(); }  // of the square that the network sees, pixels
};

}  // namespace heirloom::models
