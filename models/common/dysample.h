#pragma once

#include "models/common/convolution.h"

namespace heirloom::models {

/// Groups of channels that DySample moves together, in every published network.
inline constexpr int kDySampleGroups = 4;

/// Liu, Lu, Fu, Cao, "Learning to Upsample by Learning to Sample", ICCV 2023: every pixel of the enlarged picture is
/// sampled, bilinearly, where offsets made from the features say; a 1x1 convolution ("end_conv") makes the picture.
class DySampleImpl : public torch::nn::Module {
 public:
  DySampleImpl(int in, int out, int scale, int groups);
  at::Tensor forward(const at::Tensor& x);  // float32 N in H W -> N out H*scale W*scale; at scale 1 without end_conv

 private:
  int scale_, groups_;
  Convolution end_conv_{nullptr};
  Convolution offset_, scope_;
  at::Tensor init_pos_;  // 1, 2 groups scale^2, 1, 1: where the pixels lie before they are moved
};
TORCH_MODULE(DySample);

}  // namespace heirloom::models
