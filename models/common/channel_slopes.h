#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

namespace heirloom::models {

/// PReLU with a slope a channel: "weight", float32 wherever it is placed.
class ChannelSlopesImpl : public torch::nn::Module {
 public:
  explicit ChannelSlopesImpl(int channels);
  at::Tensor forward(const at::Tensor& x);  // N C H W

  at::Tensor weight;
};
TORCH_MODULE(ChannelSlopes);

}  // namespace heirloom::models
