#pragma once

#include <vector>

#include "models/common/convolution.h"

namespace heirloom::models {

/// Shape of a chain of 3x3 convolutions with ReLU between them, what KAIR writes as `B.conv` in modes C and R.
struct PlainStackConfig {
  int inputChannels = 1;
  int outputChannels = 1;
  int features = 64;
  std::vector<int> dilations = std::vector<int>(17, 1);  // one a convolution; its size is the depth
  bool operator==(const PlainStackConfig&) const = default;

  int receptiveRadius() const;
  std::int64_t parameterCount() const;
  double flopPerPixel() const;             // per pixel of the stack's own grid
  double activationBytesPerPixel() const;  // float32, likewise
};

/// The chain itself: convolution i is registered as "2i", because the reference counts activations as modules. Its
/// weights are PyTorch's default initialisation until they are loaded. The layers between the first and the last may
/// run in half precision; input and output are float32.
class PlainStackImpl : public torch::nn::Module {
 public:
  explicit PlainStackImpl(const PlainStackConfig& config);

  /// `x`: float32 N C H W; result float32 N C' H W. Asks `observer` between layers and throws Stopped; null: nobody to
  /// ask.
  at::Tensor forward(at::Tensor x, Observer* observer = nullptr);

  /// Random weights (He et al., ICCV 2015) in which the first `through` channels start as the identity, so that a
  /// network whose result is the picture itself starts from its input instead of from nothing (Zagoruyko and Komodakis,
  /// "DiracNets", 2017). A layer with fewer channels passes what it has.
  void initialiseAsIdentity(std::int64_t through);

  /// Computes the inner layers in `precision` while parameters stay float32 masters: mixed-precision training.
  void setComputePrecision(at::ScalarType precision);

 private:
  std::vector<Convolution> convolutions_;
};
TORCH_MODULE(PlainStack);

}  // namespace heirloom::models
