#pragma once

#include <functional>
#include <vector>

#include "models/sdxl/resnet.h"
#include "models/sdxl/transformer.h"
#include "models/sdxl/unet_config.h"

namespace heirloom::models {

/// One level on the way down: residual blocks, each with a transformer behind it where the level attends, then half the
/// side (not of the coarsest level).
class DownBlockImpl : public torch::nn::Module {
 public:
  /// `textWidth` 0: without cross-attention.
  DownBlockImpl(const UNetConfig& config, int level, int textWidth);
  /// Appends what the way up takes in again to `skips`.
  at::Tensor forward(at::Tensor x, const Pass& pass, std::vector<at::Tensor>& skips);

  std::vector<UNetResBlock> resnets;
  std::vector<MapTransformer> attentions;  // empty or one a residual block
  UNetDownsample down{nullptr};
};
TORCH_MODULE(DownBlock);

/// The coarsest level's turn: residual block, transformer, residual block.
class MidBlockImpl : public torch::nn::Module {
 public:
  MidBlockImpl(const UNetConfig& config, int textWidth);
  at::Tensor forward(at::Tensor x, const Pass& pass);

  std::vector<UNetResBlock> resnets;
  std::vector<MapTransformer> attentions;
};
TORCH_MODULE(MidBlock);

/// One level on the way up: as DownBlock with one residual block more, each beside a skip, then twice the side (not of
/// the finest level).
class UpBlockImpl : public torch::nn::Module {
 public:
  UpBlockImpl(const UNetConfig& config, int level);
  /// Takes its skips from the end of `skips`.
  at::Tensor forward(at::Tensor x, const Pass& pass, std::vector<at::Tensor>& skips);

  std::vector<UNetResBlock> resnets;
  std::vector<MapTransformer> attentions;
  UNetUpsample up{nullptr};
};
TORCH_MODULE(UpBlock);

/// Channels of the skips in the order in which the way down makes them.
std::vector<int> skipWidths(const UNetConfig& config);

}  // namespace heirloom::models
