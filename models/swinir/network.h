#pragma once

#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>

#include <functional>

#include "models/common/linear.h"
#include "models/swinir/block.h"
#include "models/swinir/config.h"

namespace heirloom::models {

/// SwinIR: Liang et al., "SwinIR: Image Restoration Using Swin Transformer", ICCV workshops 2021.
/// Reference: KAIR models/network_swinir.py.
class SwinIrImpl : public torch::nn::Module {
 public:
  explicit SwinIrImpl(const SwinIrConfig& config);

  /// `image`: float32 N C H W in 0..1, any size of at least 1; result float32 N C H*scale W*scale. Asks `observer`
  /// between blocks and throws Stopped; null: nobody to ask.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

  /// Everything to the device; all but the first and the last convolution to the precision.
  void place(const Placement& placement);

 private:
  at::Tensor body(const at::Tensor& features, Observer* observer);  // N F H W -> N F H W, channels-last
  at::Tensor enlarged(at::Tensor features);                         // N F H W -> N C H*scale W*scale

  SwinIrConfig config_;
  torch::nn::Conv2d conv_first_{nullptr};
  LayerNorm embedding_{nullptr};  // patch_embed.norm
  torch::nn::ModuleList layers_;
  LayerNorm norm_{nullptr};
  std::function<at::Tensor(const at::Tensor&)> conv_after_body_;
  torch::nn::Sequential conv_before_upsample_{nullptr};
  torch::nn::Sequential upsample_{nullptr};
  torch::nn::Conv2d conv_up1_{nullptr}, conv_up2_{nullptr}, conv_hr_{nullptr};
  torch::nn::Conv2d conv_last_{nullptr};
  at::ScalarType precision_ = at::kFloat;
};
TORCH_MODULE(SwinIr);

}  // namespace heirloom::models
