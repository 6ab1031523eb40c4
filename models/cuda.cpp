#include "models/cuda.h"

#include <dlfcn.h>

#include <algorithm>

#include "models/common/graphs.h"
#include "models/kernels/cuda_library.h"

namespace heirloom::models {
namespace {

const CudaLibrary* openedLibrary = nullptr;

std::string openingError() {
  const char* text = dlerror();
  return text ? text : "unknown reason";
}

/// The driver comes first: without it loading LibTorch's gigabyte of kernels would only cost start-up time.
CudaStatus open() {
  CudaStatus status;
  if (!dlopen("libcuda.so.1", RTLD_LAZY)) {
    status.notes.push_back(HEIRLOOM_TEXT("cuda.driver", "no NVIDIA driver: %1").with(openingError()));
    return status;
  }
  if (!dlopen("libtorch_cuda.so", RTLD_LAZY | RTLD_GLOBAL)) {
    status.notes.push_back(
        HEIRLOOM_TEXT("cuda.libtorch",
                      "LibTorch's GPU side does not load: %1 (packaging/setup with its option cuda adds what it needs)")
            .with(openingError()));
    return status;
  }
  void* library = dlopen("libheirloom_cuda.so", RTLD_LAZY);
  if (!library) {
    status.notes.push_back(
        HEIRLOOM_TEXT("cuda.kernels", "Heirloom's GPU kernels do not load: %1").with(openingError()));
    return status;
  }
  const auto entry = reinterpret_cast<CudaLibraryEntry>(dlsym(library, kCudaLibrarySymbol));
  if (!entry) {
    status.notes.push_back(
        HEIRLOOM_TEXT("cuda.entry", "libheirloom_cuda.so is of another version: %1").with(openingError()));
    return status;
  }
  const CudaLibrary* found = entry();
  if (found->devices().empty()) {
    status.notes.push_back(HEIRLOOM_TEXT("cuda.device", "the NVIDIA driver is there but shows no device"));
    return status;
  }
  openedLibrary = found;
  status.available = true;
  return status;
}

}  // namespace

const CudaStatus& openCuda() {
  static const CudaStatus status = open();
  return status;
}

const CudaLibrary* cudaLibrary() {
  return openedLibrary;
}

std::vector<CudaDevice> cudaDevices() {
  return openedLibrary ? openedLibrary->devices() : std::vector<CudaDevice>{};
}

std::uint64_t freeCudaMemory(int index) {
  const std::vector<CudaDevice> devices = cudaDevices();
  const auto number = static_cast<std::size_t>(std::max(0, index));
  return number < devices.size() ? devices[number].freeMemory : 0;
}

void releaseCudaMemory() {
  Graphs::releaseAll();
  if (openedLibrary) openedLibrary->releaseMemory();
}

}  // namespace heirloom::models
