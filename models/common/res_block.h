#pragma once

#include "models/common/convolution.h"

namespace heirloom::models {

/// KAIR's ResBlock in mode CRC: x + conv(relu(conv(x))), tensors "res.0" and "res.2" (basicblock.py; kair.md 0.3).
class ResBlockImpl : public torch::nn::Module {
 public:
  ResBlockImpl(int channels, bool bias);

  /// N C H W to the same. `keeps`: `x` is needed afterwards; otherwise the result may lie in its memory.
  at::Tensor forward(const at::Tensor& x, bool keeps = false);

 private:
  Convolution first_;
  Convolution second_;
};
TORCH_MODULE(ResBlock);

}  // namespace heirloom::models
