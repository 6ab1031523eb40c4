#pragma once

#include <array>
#include <vector>

#include "models/common/convolution.h"
#include "models/mirnet/config.h"

namespace heirloom::models {

/// RCB: two convolutions, what the picture as a whole says added to every pixel, and a residual around them.
class MirContextBlockImpl : public torch::nn::Module {
 public:
  MirContextBlockImpl(int features, int groups);
  at::Tensor forward(const at::Tensor& x);  // N C H W

 private:
  Convolution conv0_, conv2_;        // body.0, .2
  Convolution mask_;                 // gcnet.conv_mask: how much each pixel counts
  Convolution context0_, context2_;  // gcnet.channel_add_conv.0, .2
};
TORCH_MODULE(MirContextBlock);

/// SKFF: the channels of two tensors compete for each place in their sum.
class MirFusionImpl : public torch::nn::Module {
 public:
  explicit MirFusionImpl(int features);
  at::Tensor forward(const at::Tensor& a, const at::Tensor& b);  // N C H W

 private:
  Convolution squeeze_, first_, second_;  // conv_du.0, fcs.0, fcs.1
};
TORCH_MODULE(MirFusion);

/// MRB: three sizes side by side, which twice pass through the same blocks and tell the larger ones what they saw.
class MirScalesBlockImpl : public torch::nn::Module {
 public:
  MirScalesBlockImpl(const MirNetConfig& config, int groups);
  at::Tensor forward(const at::Tensor& x);  // N C H W, H and W multiples of 4

 private:
  MirContextBlock dau_top_, dau_mid_, dau_bot_;
  Convolution down2_, down40_, down41_;
  std::array<Convolution, 2> toTop_, toMid_;  // up21_1, up21_2 and up32_1, up32_2
  Convolution conv_out_;
  MirFusion skff_top_, skff_mid_;
};
TORCH_MODULE(MirScalesBlock);

/// Zamir, Arora, Khan, Hayat, Khan, Yang, Shao, "Learning Enriched Features for Fast Image Restoration and
/// Enhancement", TPAMI 2022; reference the authors' basicsr/models/archs/mirnet_v2_arch.py.
class MirNetImpl : public torch::nn::Module {
 public:
  explicit MirNetImpl(const MirNetConfig& config);
  /// N C H W in 0..1 to N channels H W; a dual-pixel network that gets one view of three channels sees it twice.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  struct Group {
    std::vector<MirScalesBlock> blocks;
    Convolution last{nullptr};
  };

  MirNetConfig config_;
  Convolution conv_in_, conv_out_;
  std::vector<Group> body_;
};
TORCH_MODULE(MirNet);

}  // namespace heirloom::models
