#pragma once

namespace heirloom::models {

/// DCTLSA. Defaults: the authors' x4 network.
struct DctlsaConfig {
  static constexpr int kWindow = 16;
  static constexpr int kBlocks = 6;

  int channels = 3;
  int features = 55;
  int heads = 5;
  int hidden = 110;  // of the perceptrons
  int scale = 4;
  bool operator==(const DctlsaConfig&) const = default;
};

}  // namespace heirloom::models
