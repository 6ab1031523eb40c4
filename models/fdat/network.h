#pragma once

#include <vector>

#include "models/common/convolution.h"
#include "models/fdat/block.h"
#include "models/fdat/upsampler.h"

namespace heirloom::models {

/// Spatial and channel blocks in turns, a convolution and a residual around all.
class FdatGroupImpl : public torch::nn::Module {
 public:
  explicit FdatGroupImpl(const FdatConfig& config);
  at::Tensor forward(const at::Tensor& x, Observer* observer);  // N F H W

 private:
  std::vector<FdatBlock> blocks_;
  Convolution conv_;
};
TORCH_MODULE(FdatGroup);

/// SharekhaN, "FDAT", 2025: a faster relative of DAT (Chen et al., "Dual Aggregation Transformer", ICCV 2023);
/// reference traiNNer-redux's fdat_arch.py.
class FdatImpl : public torch::nn::Module {
 public:
  explicit FdatImpl(const FdatConfig& config);
  /// N C H W in 0..1 to N C scale*H scale*W.
  at::Tensor forward(const at::Tensor& image, Observer* observer = nullptr);

 private:
  FdatConfig config_;
  Convolution conv_first_;  // conv_first.1 behind unshuffling
  std::vector<FdatGroup> groups_;
  Convolution conv_after_;
  FdatUpsampler upsampler_;
};
TORCH_MODULE(Fdat);

}  // namespace heirloom::models
