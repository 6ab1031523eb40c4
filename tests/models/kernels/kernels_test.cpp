#include "models/kernels/kernels.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <filesystem>
#include <string>

#include "models/cuda.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

TEST(Kernels, unshuffleWithNoisePutsFourNeighboursAndTheLevelIntoOnePixel) {
  const at::Tensor picture = at::arange(16, at::kFloat).view({1, 1, 4, 4});
  const at::Tensor packed = plainKernels().unshuffleWithNoise(picture, at::full({1, 1, 1, 1}, 0.5F));
  ASSERT_EQ(packed.sizes(), at::IntArrayRef({1, 5, 2, 2}));
  EXPECT_TRUE(packed.is_contiguous(at::MemoryFormat::ChannelsLast));
  const at::Tensor bottomRight = packed.select(3, 1).select(2, 1).flatten();
  EXPECT_TRUE(at::equal(bottomRight, at::tensor({10.F, 11.F, 14.F, 15.F, 0.5F})));
}

TEST(Kernels, cudaEqualsThePlainTwin) {
  if (!openCuda().available) GTEST_SKIP() << "no GPU on this machine";
  for (const auto& [batch, channels, height, width] :
       {std::tuple{1, 1, 2, 2}, std::tuple{3, 3, 64, 38}, std::tuple{2, 3, 510, 254}}) {
    const at::Tensor picture = at::rand({batch, channels, height, width});
    const at::Tensor sigma = at::rand({batch, 1, 1, 1});
    const at::Tensor fast = kernels(at::Device("cuda")).unshuffleWithNoise(picture.cuda(), sigma.cuda());
    EXPECT_TRUE(at::equal(fast.cpu(), plainKernels().unshuffleWithNoise(picture, sigma)));
  }
}

TEST(Cuda, withoutADeviceTheReasonIsNamed) {
  const CudaStatus& status = openCuda();
  EXPECT_NE(status.available, status.notes.size() == 1);
  EXPECT_EQ(status.available, !cudaDevices().empty());
}

constexpr const char* kLibrary = "libheirloom_cuda.so";

/// Without LibTorch's GPU side in the process its symbols are missing; the file must be found all the same.
TEST(Cuda, theLibraryLiesWhereProgramsLookForIt) {
  if (!std::filesystem::exists(std::filesystem::read_symlink("/proc/self/exe").replace_filename(kLibrary)))
    GTEST_SKIP() << "built without nvcc";
  void* library = dlopen(kLibrary, RTLD_LAZY);
  const char* error = library ? nullptr : dlerror();
  EXPECT_EQ(std::string(error ? error : "").find("cannot open shared object file"), std::string::npos) << error;
}

}  // namespace
}  // namespace heirloom::tests
