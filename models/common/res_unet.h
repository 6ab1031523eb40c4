#pragma once

#include <array>
#include <string>
#include <vector>

#include "models/common/network_family.h"
#include "models/common/res_block.h"

namespace heirloom::models {

struct ResUNetConfig {
  int in = 4;
  int out = 3;
  std::array<int, 4> features = {64, 128, 256, 512};
  int blocks = 4;  // ResBlocks a level
  bool operator==(const ResUNetConfig&) const = default;

  double flopPerPixel() const;
  double activationBytesPerPixel() const;  // float32
};

/// UNetRes: a U-Net of ResBlocks with strided and transposed 2x2 convolutions, sums for skips and no biases; DRUNet is
/// one, USRNet's prior another (Zhang et al., "Plug-and-Play Image Restoration with Deep Denoiser Prior", TPAMI 2021;
/// KAIR network_unet.py). Registered: m_head, m_down1..3, m_body, m_up3..1, m_tail.
class ResUNetImpl : public torch::nn::Module {
 public:
  explicit ResUNetImpl(const ResUNetConfig& config);

  /// `x`: N in H W, any size: padded by replication to multiples of 8 at the bottom and the right. Result N out H W,
  /// float32.
  at::Tensor forward(const at::Tensor& x, Observer* observer = nullptr);

 private:
  struct Stage {  // ResBlocks, then a 2x2 convolution that halves; or one that doubles, then ResBlocks
    std::vector<ResBlock> blocks;
    Convolution down{nullptr};
    TransposedConvolution up{nullptr};
  };
  static at::Tensor through(Stage& stage, at::Tensor x, Observer* observer, bool keeps);

  Convolution head_;
  std::vector<Stage> down_;
  Stage body_;
  std::vector<Stage> up_;  // up3 first
  Convolution tail_;
};
TORCH_MODULE(ResUNet);

/// The configuration that the names below `prefix` ("" or "p.") say.
Reading<ResUNetConfig> readResUNet(const StateDict& tensors, const std::string& prefix);

}  // namespace heirloom::models
