#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/common/message.h"

namespace heirloom::models {

/// What opening GPU support came to.
struct CudaStatus {
  bool available = false;      // LibTorch's CUDA side and our kernel library are open and see at least one device
  std::vector<Message> notes;  // exactly what is missing, a line each
};

struct CudaDevice {
  std::string name;
  std::uint64_t totalMemory = 0;
  std::uint64_t freeMemory = 0;
  int computeMajor = 0;
  int computeMinor = 0;
};

/// Opens libtorch_cuda.so and our kernel library, once, before the first tensor is made. Never throws; a machine
/// without a GPU is an ordinary machine. Thread-safe.
const CudaStatus& openCuda();

/// The devices with their present free memory; empty without GPU support.
std::vector<CudaDevice> cudaDevices();

/// Free bytes of the GPU of that number now, of the first if it is negative; 0 where there is no such one.
std::uint64_t freeCudaMemory(int index);

/// Gives memory that LibTorch keeps for reuse back to the system, recorded runs that are not at work (common/graphs.h)
/// among it. Nothing happens without GPU support.
void releaseCudaMemory();

}  // namespace heirloom::models
