#pragma once

#include <torch/nn/pimpl.h>

#include <functional>
#include <optional>
#include <vector>

#include "models/checkpoint/state_dict.h"
#include "models/common/layer.h"
#include "models/fdat/config.h"

namespace heirloom::models {

/// What the tensors say of a network's end: `end`, `enlargement` and `middle` of `config`, whose channels and features
/// are known. False when they are no end.
bool readFdatEnd(const StateDict& tensors, FdatConfig& config);

/// Multiply-adds of the end for a pixel of the features.
double fdatEndMacs(const FdatConfig& config);

/// A transposed convolution that enlarges: "weight" [in, out, k, k], "bias". k = 2 * stride with a border cut off, or
/// k = stride.
class EnlargingConvolutionImpl : public Layer {
 public:
  EnlargingConvolutionImpl(int in, int out, int stride, int kernel, bool outer);
  at::Tensor forward(const at::Tensor& x);
  void place(const Placement& placement) override;

 private:
  int stride_;
  bool outer_;
  at::Tensor weight_, bias_;
};
TORCH_MODULE(EnlargingConvolution);

/// The end of a network, its steps numbered as the reference counts them (neosr, traiNNer-redux: UniUpsampleV3).
class FdatUpsamplerImpl : public torch::nn::Module {
 public:
  explicit FdatUpsamplerImpl(const FdatConfig& config);
  at::Tensor forward(at::Tensor x);  // N F H W -> float32 N C H*enlargement W*enlargement

 private:
  using Step = std::function<at::Tensor(const at::Tensor&)>;
  template <typename Part>
  void add(const Part& part);
  void skip(int count = 1) { number_ += count; }  // what has no tensors
  /// Convolution, and a leaky rectifier that counts as a step.
  void addConvolution(int in, int out, std::optional<double> slope = std::nullopt, bool outer = false);
  void addShuffle(int factor);
  void addNearest(int factor);

  int number_ = 0;
  std::vector<Step> steps_;
};
TORCH_MODULE(FdatUpsampler);

}  // namespace heirloom::models
