#include "models/kernels/kernels.h"

#include "models/kernels/cuda_library.h"
#include "models/kernels/group_norm/group_norm.h"

namespace heirloom::models {
namespace {

class PlainKernels : public Kernels {
 public:
  at::Tensor unshuffleWithNoise(const at::Tensor& picture, const at::Tensor& sigma) const override {
    const at::Tensor unshuffled = at::pixel_unshuffle(picture, 2);  // N 4C H/2 W/2
    const at::Tensor map = sigma.expand({picture.size(0), 1, unshuffled.size(2), unshuffled.size(3)});
    return at::cat({unshuffled, map}, 1).contiguous(at::MemoryFormat::ChannelsLast);
  }

  at::Tensor selectiveScan(const at::Tensor& x, const at::Tensor& projected,
                           const SelectiveScanWeights& weights) const override {
    return plainSelectiveScan(x, projected, weights);
  }

  at::Tensor groupNorm(const at::Tensor& x, std::int64_t groups, const at::Tensor& weight, const at::Tensor& bias,
                       double epsilon, bool silu) const override {
    return plainGroupNorm(x, groups, weight, bias, epsilon, silu);
  }
};

}  // namespace

const Kernels& plainKernels() {
  static const PlainKernels plain;
  return plain;
}

const Kernels& kernels(const at::Device& device) {
  const CudaLibrary* library = device.is_cuda() ? cudaLibrary() : nullptr;
  return library ? library->kernels() : plainKernels();
}

}  // namespace heirloom::models
