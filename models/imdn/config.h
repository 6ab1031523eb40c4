#pragma once

namespace heirloom::models {

/// IMDN (kair.md 1.7). Defaults: KAIR's published network; the authors' own has 6 blocks, contrast-aware attention in
/// each and gathers the results of all of them.
struct ImdnConfig {
  int channels = 3;
  int features = 64;
  int distilled = 16;  // channels that a block keeps after each of its first three convolutions
  int blocks = 8;
  int scale = 4;
  bool original = false;  // the authors' layout
  int reduced = 4;        // channels inside the attention; original only
  bool operator==(const ImdnConfig&) const = default;
};

}  // namespace heirloom::models
