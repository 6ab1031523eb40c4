#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

namespace heirloom::models {

/// A GroupNorm over channels-last pixels in plain pointers; see group_norm.h for what they hold.
struct GroupNormLaunch {
  enum class Type { Float32, Float16, BFloat16 };

  Type type = Type::Float32;           // of x, weight, bias and y
  std::int64_t batch = 0, pixels = 0;  // at most 65535 pictures
  int channels = 0, groups = 0;        // at most 6144 channels
  double epsilon = 0;
  bool silu = false;
  const void* x = nullptr;
  const void* weight = nullptr;
  const void* bias = nullptr;
  void* y = nullptr;
  float* workspace = nullptr;  // groupNormWorkspace() of them
};

/// Floats that a launch needs beside its tensors.
std::int64_t groupNormWorkspace(const GroupNormLaunch& launch);

/// Queued on `stream`.
void launchGroupNorm(const GroupNormLaunch& launch, cudaStream_t stream);

}  // namespace heirloom::models
