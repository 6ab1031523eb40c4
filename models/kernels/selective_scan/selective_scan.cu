#include "models/kernels/selective_scan/selective_scan_cuda.h"

namespace heirloom::models {
namespace {

constexpr int kLanes = 16;      // threads that share a channel's states
constexpr int kChannels = 8;    // of a block of threads
constexpr int kMostStates = 4;  // of one thread

// Sixteen threads a channel: each keeps every sixteenth state in registers, and together they add what these give.
__global__ void selectiveScan(const SelectiveScanLaunch launch) {
  const int lane = static_cast<int>(threadIdx.x);
  const int channel = static_cast<int>(blockIdx.x * kChannels + threadIdx.y);
  const int direction = static_cast<int>(blockIdx.y);
  const std::int64_t n = blockIdx.z;
  const bool exists = channel < launch.features;
  const int own = exists ? channel : 0;  // all threads of a warp take part in the sums
  const int each = launch.rank + 2 * launch.states;
  const std::int64_t row = static_cast<std::int64_t>(direction) * launch.features + own;
  const float* stepWeight = launch.stepWeight + row * launch.rank;
  const float stepBias = launch.stepBias[row];
  const float skip = launch.skip[row];

  float decay[kMostStates], state[kMostStates];
  for (int i = 0; i < kMostStates; ++i) {
    const int s = lane + i * kLanes;
    decay[i] = s < launch.states ? launch.decay[row * launch.states + s] : 0;
    state[i] = 0;
  }

  const std::int64_t pixels = launch.height * launch.width;
  const bool columns = direction % 2 == 1, backwards = direction >= 2;
  for (std::int64_t i = 0; i < pixels; ++i) {
    const std::int64_t place = backwards ? pixels - 1 - i : i;
    const std::int64_t pixel = columns ? place % launch.height * launch.width + place / launch.height : place;
    const std::int64_t at = n * pixels + pixel;
    const float* projected = launch.projected + (at * 4 + direction) * each;
    float delta = stepBias;
    for (int r = 0; r < launch.rank; ++r) delta += stepWeight[r] * projected[r];
    delta = fmaxf(delta, 0) + log1pf(expf(-fabsf(delta)));
    const float x = launch.x[at * launch.features + own];
    float y = 0;
    for (int k = 0; k < kMostStates; ++k) {
      const int s = lane + k * kLanes;
      if (s >= launch.states) break;
      state[k] = expf(delta * decay[k]) * state[k] + delta * x * projected[launch.rank + s];
      y += state[k] * projected[launch.rank + launch.states + s];
    }
    for (int step = kLanes / 2; step > 0; step /= 2) y += __shfl_xor_sync(0xffffffffU, y, step, kLanes);
    if (exists && lane == 0)
      launch.y[(direction * static_cast<std::int64_t>(gridDim.z) * pixels + at) * launch.features + own] = y + skip * x;
  }
}

}  // namespace

void launchSelectiveScan(const SelectiveScanLaunch& launch, cudaStream_t stream) {
  if (launch.batch * launch.height * launch.width * launch.features == 0) return;
  const dim3 grid(static_cast<unsigned>((launch.features + kChannels - 1) / kChannels), 4,
                  static_cast<unsigned>(launch.batch));
  selectiveScan<<<grid, dim3(kLanes, kChannels), 0, stream>>>(launch);
}

}  // namespace heirloom::models
