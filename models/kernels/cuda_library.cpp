#include "models/kernels/cuda_library.h"

#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>

#include "models/kernels/cuda_recorder.h"
#include "models/kernels/group_norm/group_norm_cuda.h"
#include "models/kernels/selective_scan/selective_scan_cuda.h"
#include "models/kernels/unshuffle_with_noise.h"

namespace heirloom::models {
namespace {

class CudaKernels : public Kernels {
 public:
  at::Tensor unshuffleWithNoise(const at::Tensor& picture, const at::Tensor& sigma) const override {
    const at::Tensor planar = picture.to(at::kFloat).contiguous();
    const std::int64_t batch = planar.size(0);
    const auto channels = static_cast<int>(planar.size(1));
    TORCH_CHECK(planar.size(2) % 2 == 0 && planar.size(3) % 2 == 0, "unshuffleWithNoise: odd size ", planar.sizes());
    const at::Tensor levels = sigma.to(planar.options()).expand({batch, 1, 1, 1}).contiguous();
    const c10::cuda::CUDAGuard guard(planar.device());
    const at::Tensor result = at::empty({batch, 4 * channels + 1, planar.size(2) / 2, planar.size(3) / 2},
                                        planar.options().memory_format(at::MemoryFormat::ChannelsLast));
    launchUnshuffleWithNoise(planar.const_data_ptr<float>(), levels.const_data_ptr<float>(), result.data_ptr<float>(),
                             batch, channels, planar.size(2), planar.size(3), at::cuda::getCurrentCUDAStream());
    C10_CUDA_KERNEL_LAUNCH_CHECK();
    return result;
  }

  at::Tensor selectiveScan(const at::Tensor& x, const at::Tensor& projected,
                           const SelectiveScanWeights& weights) const override {
    const at::Tensor from = x.contiguous(), made = projected.contiguous();
    const at::Tensor stepWeight = weights.stepWeight.contiguous(), stepBias = weights.stepBias.contiguous();
    const at::Tensor decay = weights.decay.contiguous(), skip = weights.skip.contiguous();
    const c10::cuda::CUDAGuard guard(x.device());
    const at::Tensor y = at::empty({4, x.size(0), x.size(1), x.size(2), x.size(3)}, x.options());
    launchSelectiveScan({.batch = x.size(0),
                         .height = x.size(1),
                         .width = x.size(2),
                         .features = static_cast<int>(x.size(3)),
                         .rank = static_cast<int>(stepWeight.size(2)),
                         .states = static_cast<int>(weights.decay.size(2)),
                         .x = from.const_data_ptr<float>(),
                         .projected = made.const_data_ptr<float>(),
                         .stepWeight = stepWeight.const_data_ptr<float>(),
                         .stepBias = stepBias.const_data_ptr<float>(),
                         .decay = decay.const_data_ptr<float>(),
                         .skip = skip.const_data_ptr<float>(),
                         .y = y.data_ptr<float>()},
                        at::cuda::getCurrentCUDAStream());
    C10_CUDA_KERNEL_LAUNCH_CHECK();
    return y.sum(0);
  }

  at::Tensor groupNorm(const at::Tensor& x, std::int64_t groups, const at::Tensor& weight, const at::Tensor& bias,
                       double epsilon, bool silu) const override {
    const at::Tensor scale = weight.contiguous(), shift = bias.contiguous();
    const c10::cuda::CUDAGuard guard(x.device());
    const at::Tensor y = at::empty(x.sizes(), x.options().memory_format(at::MemoryFormat::ChannelsLast));
    GroupNormLaunch launch{.type = typeOf(x.scalar_type()),
                           .batch = x.size(0),
                           .pixels = x.size(2) * x.size(3),
                           .channels = static_cast<int>(x.size(1)),
                           .groups = static_cast<int>(groups),
                           .epsilon = epsilon,
                           .silu = silu,
                           .x = x.const_data_ptr(),
                           .weight = scale.const_data_ptr(),
                           .bias = shift.const_data_ptr(),
                           .y = y.mutable_data_ptr()};
    const at::Tensor workspace = at::empty({groupNormWorkspace(launch)}, x.options().dtype(at::kFloat));
    launch.workspace = workspace.mutable_data_ptr<float>();
    launchGroupNorm(launch, at::cuda::getCurrentCUDAStream());
    C10_CUDA_KERNEL_LAUNCH_CHECK();
    return y;
  }

 private:
  static GroupNormLaunch::Type typeOf(at::ScalarType type) {
    switch (type) {
      case at::kFloat:
        return GroupNormLaunch::Type::Float32;
      case at::kHalf:
        return GroupNormLaunch::Type::Float16;
      case at::kBFloat16:
        return GroupNormLaunch::Type::BFloat16;
      default:
        TORCH_CHECK(false, "groupNorm: no kernel for ", type);
    }
  }
};

class Library : public CudaLibrary {
 public:
  const Kernels& kernels() const override { return kernels_; }

  std::vector<CudaDevice> devices() const override {
    std::vector<CudaDevice> found;
    for (c10::DeviceIndex i = 0; i < c10::cuda::device_count(); ++i) {
      const cudaDeviceProp* properties = at::cuda::getDeviceProperties(i);
      const c10::cuda::CUDAGuard guard(i);
      std::size_t free = 0;
      std::size_t total = 0;
      if (cudaMemGetInfo(&free, &total) != cudaSuccess) continue;
      found.push_back({properties->name, total, free, properties->major, properties->minor});
    }
    return found;
  }

  std::unique_ptr<Recorder> recorder() const override { return cudaRecorder(); }

  void releaseMemory() const override { c10::cuda::CUDACachingAllocator::emptyCache(); }

 private:
  CudaKernels kernels_;
};

}  // namespace
}  // namespace heirloom::models

extern "C" const heirloom::models::CudaLibrary* heirloomCudaLibrary() {
  static const heirloom::models::Library library;
  return &library;
}
