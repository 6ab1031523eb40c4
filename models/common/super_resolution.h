#pragma once

#include <string>
#include <vector>

#include "models/checkpoint/state_dict.h"
#include "models/common/convolution.h"

namespace heirloom::models {

/// What super-resolution networks share around their bodies.

/// The mean colour of DIV2K that they subtract first: 1 3 1 1, or 1 1 1 1 of zero for grey pictures.
at::Tensor meanColour(int channels, const at::TensorOptions& options);

/// N C H W -> N H W C, which is the same memory when channels-last.
at::Tensor toTokens(const at::Tensor& image);
/// N H W C -> N C H W, the same memory.
at::Tensor toImage(const at::Tensor& tokens);

/// The pixel shuffles that an enlargement is made of: 3, or 2 again and again.
std::vector<int> shuffleFactors(int scale);

/// Enlargement of the convolutions NAME.0, NAME.2, ... of a file, each followed by a pixel shuffle that keeps the
/// channels; 1 without any.
int shuffledScale(const StateDict& tensors, const std::string& name);

/// Features to a picture `scale` times as large: convolution ("conv_before_upsample.0"), a convolution and a pixel
/// shuffle a stage ("upsample.0", "upsample.2"), convolution ("conv_last").
class PixelShuffleHead {
 public:
  PixelShuffleHead() = default;
  /// Registers its layers in `owner`. `middle`: features between the stages.
  PixelShuffleHead(torch::nn::Module& owner, int features, int channels, int scale, int middle = 64);

  at::Tensor forward(const at::Tensor& features);  // N F H W -> float32 N C H*scale W*scale

  static double macsPerPixel(int features, int channels, int scale, int middle = 64);

 private:
  std::vector<int> factors_;
  Convolution conv_before_upsample_{nullptr};
  std::vector<Convolution> upsample_;
  Convolution conv_last_{nullptr};
};

/// Weights a channel by what its mean over the picture says (Zhang et al., "RCAN", ECCV 2018): mean, 1x1 convolution,
/// ReLU, 1x1 convolution, sigmoid. Its receptive field is the picture.
class ChannelAttention {
 public:
  ChannelAttention() = default;
  /// Registers its convolutions in `owner` under these names.
  ChannelAttention(torch::nn::Module& owner, const std::string& squeeze, const std::string& excite, int channels,
                   int reduced);

  at::Tensor weights(const at::Tensor& x);  // N C 1 1 (tiles of a photo: 1 C 1 1), in the precision of x
  at::Tensor forward(const at::Tensor& x) { return x * weights(x); }

 private:
  Convolution squeeze_{nullptr}, excite_{nullptr};
};

}  // namespace heirloom::models
