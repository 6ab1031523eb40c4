#pragma once

namespace heirloom::models {

/// SRResNet without BatchNorm in KAIR's two layouts (kair.md 1.6, 1.7): `prior` is the network of DPSR, whose fourth
/// input channel is the noise level. Defaults: msrresnet_x4_psnr.
struct MsrResNetConfig {
  enum class Layout { Named, Numbered };  // MSRResNet1: conv_first, ...; MSRResNet0 and DPSR: model.0, ...
  enum class Up { PixelShuffle, Nearest };

  int in = 3;
  int out = 3;
  int features = 64;
  int blocks = 16;
  int scale = 4;
  Layout layout = Layout::Named;
  Up up = Up::PixelShuffle;
  bool adversarial = false;  // trained for looks, by the name of the file ("gan"): the shapes are the others'
  bool operator==(const MsrResNetConfig&) const = default;

  bool prior() const { return in == out + 1; }
  int stages() const {
    return scale == 1 ? 0 : scale == 3 ? 1 : scale / 2;
  }  // 2: 1, 4: 2; no public file enlarges by 8
  int stageFactor() const { return scale == 3 ? 3 : 2; }
};

}  // namespace heirloom::models
