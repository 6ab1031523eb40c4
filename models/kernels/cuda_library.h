#pragma once

#include <memory>
#include <vector>

#include "models/common/recording.h"
#include "models/cuda.h"
#include "models/kernels/kernels.h"

namespace heirloom::models {

/// What the library that is opened at run time offers: everything that needs LibTorch's CUDA headers.
class CudaLibrary {
 public:
  virtual ~CudaLibrary() = default;
  virtual const Kernels& kernels() const = 0;
  virtual std::vector<CudaDevice> devices() const = 0;
  virtual std::unique_ptr<Recorder> recorder() const = 0;
  virtual void releaseMemory() const = 0;
};

/// Null until openCuda() found it.
const CudaLibrary* cudaLibrary();

/// The library's only symbol with C linkage; returns an object of static lifetime.
constexpr const char* kCudaLibrarySymbol = "heirloomCudaLibrary";
using CudaLibraryEntry = const CudaLibrary* (*)();

}  // namespace heirloom::models
