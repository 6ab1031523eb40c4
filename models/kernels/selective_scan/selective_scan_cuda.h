#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

namespace heirloom::models {

/// A selective scan in plain pointers; see selective_scan.h for what they hold.
struct SelectiveScanLaunch {
  std::int64_t batch = 0, height = 0, width = 0;
  int features = 0, rank = 0, states = 0;  // at most 64 states
  const float* x = nullptr;
  const float* projected = nullptr;
  const float* stepWeight = nullptr;
  const float* stepBias = nullptr;
  const float* decay = nullptr;
  const float* skip = nullptr;
  float* y = nullptr;  // 4 x batch x height x width x features: the directions apart
};

/// Queued on `stream`.
void launchSelectiveScan(const SelectiveScanLaunch& launch, cudaStream_t stream);

}  // namespace heirloom::models
