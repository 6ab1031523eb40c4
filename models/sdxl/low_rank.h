#pragma once

#include <map>
#include <string>

#include "models/common/convolution.h"
#include "models/common/linear.h"
#include "models/common/weight_source.h"

namespace heirloom::models {

/// A low-rank correction of a layer's weights (LoRA): W + scale * up x down.
struct LowRank {
  at::Tensor down;   // rank x inputs; of a convolution rank x in x k x k
  at::Tensor up;     // outputs x rank; of a convolution outputs x rank x 1 x 1
  double scale = 1;  // alpha / rank
};

/// The weights that a layer would have with the correction merged into them, float32. Throws Error when the shapes do
/// not belong together.
at::Tensor merged(const at::Tensor& weight, const LowRank& correction);

/// Corrections of layers by the path of their module.
using LowRanks = std::map<std::string, LowRank>;

/// The same weights with corrections merged into those of the named modules, in float32.
WeightSource mergedSource(WeightSource source, LowRanks corrections);

/// A layer that may have a correction beside it, computed only in the calls that ask for it: the weights themselves
/// never change, so that calls without it give the same bits as before.
class Adaptable {
 public:
  virtual ~Adaptable() = default;
  /// From now on, whenever the layer is placed; it stays there when the layer is unloaded. Gradients reach the
  /// correction's tensors where they are enabled; its values are those of this moment. Throws Error when it belongs to
  /// a layer of another shape.
  virtual void adapt(const LowRank& correction) = 0;
};

class AdaptableLinearImpl : public LinearImpl, public Adaptable {
 public:
  AdaptableLinearImpl(std::int64_t inputs, std::int64_t outputs, LinearOptions options = {});

  /// As Linear; `adapted`: with the correction, if there is one, before the activation.
  at::Tensor forward(const at::Tensor& x, bool adapted, const at::Tensor& residual = {});
  /// Whether such a call differs from that of the layer alone.
  bool differs(bool adapted) const { return adapted && down_.defined(); }
  void place(const Placement& placement) override;
  void adapt(const LowRank& correction) override;

 private:
  void settle();

  std::int64_t inputs_, outputs_;
  LowRank correction_;
  at::Tensor down_, up_;  // of the layer's device and precision, the latter times the scale
};
TORCH_MODULE(AdaptableLinear);

class AdaptableConvolutionImpl : public ConvolutionImpl, public Adaptable {
 public:
  explicit AdaptableConvolutionImpl(const ConvolutionOptions& options);

  at::Tensor forward(const at::Tensor& x, bool adapted);
  /// residual + forward(x, adapted); `residual` stays as it is.
  at::Tensor plus(const at::Tensor& residual, const at::Tensor& x, bool adapted);
  void place(const Placement& placement) override;
  void adapt(const LowRank& correction) override;

 private:
  at::Tensor corrected(const at::Tensor& y, const at::Tensor& x) const;
  void settle();

  LowRank correction_;
  at::Tensor down_, up_;
};
TORCH_MODULE(AdaptableConvolution);

}  // namespace heirloom::models
