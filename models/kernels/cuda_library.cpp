#include "models/kernels/cuda_library.h"

#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>

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
