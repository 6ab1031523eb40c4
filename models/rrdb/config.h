#pragma once

namespace heirloom::models {

/// RRDB networks: ESRGAN, BSRGAN, BSRNet, RealSR, Real-ESRGAN (kair.md 1.10). Defaults: RRDB x4 in BSRGAN's layout.
struct RrdbConfig {
  /// How the file names its tensors. OldBare is KAIR's own form of Old: its fifth convolutions are not wrapped.
  enum class Layout { Old, OldBare, BsrGan, RealEsrGan };

  int channels = 3;
  int features = 64;
  int growth = 32;
  int blocks = 23;
  int stages = 2;       // enlargements by `stageFactor`
  int stageFactor = 2;  // 3: the one stage of an old x3 file
  int unshuffle = 1;    // the picture is folded by this first: Real-ESRGAN's x2 (2) and x1 (4)
  bool plus = false;    // ESRGAN+: 1x1 convolutions inside the dense blocks
  Layout layout = Layout::BsrGan;
  bool operator==(const RrdbConfig&) const = default;

  int enlargement() const {
    int factor = 1;
    for (int i = 0; i < stages; ++i) factor *= stageFactor;
    return factor;
  }
  int scale() const { return enlargement() / unshuffle; }
};

}  // namespace heirloom::models
