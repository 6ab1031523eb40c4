#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "models/kernels/group_norm/group_norm_cuda.h"

namespace heirloom::models {
namespace {

constexpr int kThreads = 256;     // of a block at most
constexpr int kWarp = 32;         // threads
constexpr int kVectorBytes = 16;  // that a thread reads at once
constexpr int kLeastPixels = 8;   // of a thread, where the picture has them
constexpr int kMostChunks = 256;  // of a picture

/// Count, mean and sum of squared differences to it, of values that were seen. Means are never subtracted from sums of
/// squares, so that values far from zero lose nothing.
struct Moments {
  float count, mean, squares;
};

/// Those of both (Chan, Golub, LeVeque, 1979).
__device__ Moments joined(const Moments& a, const Moments& b) {
  const float count = a.count + b.count;
  if (count == 0) return a;
  const float share = b.count / count, apart = b.mean - a.mean;
  return {count, a.mean + apart * share, a.squares + b.squares + apart * apart * a.count * share};
}

/// Those of all threads of a warp, in every one of them.
__device__ Moments ofWarp(Moments own) {
  for (int step = kWarp / 2; step > 0; step /= 2) {
    Moments other;
    other.count = __shfl_xor_sync(0xffffffffU, own.count, step);
    other.mean = __shfl_xor_sync(0xffffffffU, own.mean, step);
    other.squares = __shfl_xor_sync(0xffffffffU, own.squares, step);
    // The same order in both threads, so that both round alike.
    own = threadIdx.x & step ? joined(other, own) : joined(own, other);
  }
  return own;
}

template <typename T>
__device__ float wide(T value) {
  return static_cast<float>(value);
}

template <typename T>
__device__ T narrow(float value);
template <>
__device__ float narrow<float>(float value) {
  return value;
}
template <>
__device__ __half narrow<__half>(float value) {
  return __float2half_rn(value);
}
template <>
__device__ __nv_bfloat16 narrow<__nv_bfloat16>(float value) {
  return __float2bfloat16_rn(value);
}

template <typename T, int kCount>
struct alignas(sizeof(T) * kCount) Vector {
  T values[kCount];
};

/// Values of 16 bits cannot tell a fast exponential from an exact one, and with it they still wait for memory alone.
template <typename T>
__device__ float silu(float x) {
  if constexpr (sizeof(T) == sizeof(float)) return x / (1 + expf(-x));
  return __fdividef(x, 1 + __expf(-x));
}

/// How a picture is shared out: threads beside each other read vectors of channels beside each other, rows of threads
/// take every so many pixels of a chunk.
struct Plan {
  int vectors;         // of a pixel
  int columns;         // threads over them, each takes every so many
  int rows;            // threads over pixels
  int chunks;          // of a picture, a block each
  std::int64_t chunk;  // pixels, fewer in the last one
};

Plan planOf(const GroupNormLaunch& launch, int vector) {
  Plan plan{};
  plan.vectors = launch.channels / vector;
  const int rounds = (plan.vectors + kThreads - 1) / kThreads;
  plan.columns = (plan.vectors + rounds - 1) / rounds;
  plan.rows = kThreads / plan.columns;
  const std::int64_t least = static_cast<std::int64_t>(plan.rows) * kLeastPixels;
  const std::int64_t even = (launch.pixels + kMostChunks - 1) / kMostChunks;
  plan.chunk = even > least ? even : least;
  plan.chunks = static_cast<int>((launch.pixels + plan.chunk - 1) / plan.chunk);
  return plan;
}

/// Mean and sum of squared differences of every group in every chunk, 2 a group.
template <typename T, int kVector>
__global__ void chunkMoments(const T* x, float* moments, std::int64_t pixels, int channels, int groups, Plan plan) {
  extern __shared__ float shared[];  // rows x channels of means, then of squares
  const int column = static_cast<int>(threadIdx.x % plan.columns), row = static_cast<int>(threadIdx.x / plan.columns);
  const std::int64_t first = blockIdx.x * plan.chunk;
  const std::int64_t last = first + plan.chunk < pixels ? first + plan.chunk : pixels;
  const T* picture = x + static_cast<std::int64_t>(blockIdx.y) * pixels * channels;
  float* means = shared;
  float* squares = shared + plan.rows * channels;

  for (int v = column; v < plan.vectors && row < plan.rows; v += plan.columns) {
    float mean[kVector] = {}, square[kVector] = {};
    float count = 0;
#pragma unroll 4
    for (std::int64_t pixel = first + row; pixel < last; pixel += plan.rows) {
      const auto read = *reinterpret_cast<const Vector<T, kVector>*>(picture + pixel * channels + v * kVector);
      const float share = __frcp_rn(++count);
      for (int i = 0; i < kVector; ++i) {
        const float value = wide(read.values[i]), apart = value - mean[i];
        mean[i] += apart * share;
        square[i] += apart * (value - mean[i]);
      }
    }
    for (int i = 0; i < kVector; ++i) {
      means[row * channels + v * kVector + i] = mean[i];
      squares[row * channels + v * kVector + i] = square[i];
    }
  }
  __syncthreads();

  const int each = channels / groups, warps = static_cast<int>(blockDim.x) / kWarp;
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  for (int group = static_cast<int>(threadIdx.x) / kWarp; group < groups; group += warps) {
    Moments own{0, 0, 0};
    for (int i = lane; i < plan.rows * each; i += kWarp) {
      const int from = i / each, at = from * channels + group * each + i % each;
      const std::int64_t left = last - first - from;  // pixels from this row's first one on
      const float seen = left > 0 ? static_cast<float>((left + plan.rows - 1) / plan.rows) : 0;
      own = joined(own, {seen, means[at], squares[at]});
    }
    own = ofWarp(own);
    if (lane > 0) continue;
    float* to = moments + 2 * ((static_cast<std::int64_t>(blockIdx.y) * plan.chunks + blockIdx.x) * groups + group);
    to[0] = own.mean;
    to[1] = own.squares;
  }
}

/// Mean and inverse deviation of every group of every picture; a warp each.
__global__ void groupMoments(const float* moments, float* statistics, std::int64_t pixels, int each, int groups,
                             float epsilon, Plan plan) {
  const int group = static_cast<int>(blockIdx.x), lane = static_cast<int>(threadIdx.x);
  Moments own{0, 0, 0};
  for (int chunk = lane; chunk < plan.chunks; chunk += kWarp) {
    const float* from = moments + 2 * ((static_cast<std::int64_t>(blockIdx.y) * plan.chunks + chunk) * groups + group);
    const std::int64_t left = pixels - chunk * plan.chunk;
    own = joined(own, {static_cast<float>((left < plan.chunk ? left : plan.chunk) * each), from[0], from[1]});
  }
  own = ofWarp(own);
  if (lane > 0) return;
  float* to = statistics + 2 * (static_cast<std::int64_t>(blockIdx.y) * groups + group);
  to[0] = own.mean;
  to[1] = 1 / sqrtf(own.squares / own.count + epsilon);
}

template <typename T, int kVector, bool kSilu>
__global__ void apply(const T* x, const T* weight, const T* bias, const float* statistics, T* y, std::int64_t pixels,
                      int channels, int groups, Plan plan) {
  const int column = static_cast<int>(threadIdx.x % plan.columns), row = static_cast<int>(threadIdx.x / plan.columns);
  if (row >= plan.rows) return;
  const std::int64_t first = blockIdx.x * plan.chunk;
  const std::int64_t last = first + plan.chunk < pixels ? first + plan.chunk : pixels;
  const std::int64_t picture = static_cast<std::int64_t>(blockIdx.y) * pixels * channels;
  const int each = channels / groups;
  for (int v = column; v < plan.vectors; v += plan.columns) {
    float mean[kVector], scale[kVector], shift[kVector];
    for (int i = 0; i < kVector; ++i) {
      const int channel = v * kVector + i;
      const float* of = statistics + 2 * (static_cast<std::int64_t>(blockIdx.y) * groups + channel / each);
      mean[i] = of[0];
      scale[i] = of[1] * wide(weight[channel]);
      shift[i] = wide(bias[channel]);
    }
#pragma unroll 4
    for (std::int64_t pixel = first + row; pixel < last; pixel += plan.rows) {
      const std::int64_t at = picture + pixel * channels + v * kVector;
      const auto read = *reinterpret_cast<const Vector<T, kVector>*>(x + at);
      Vector<T, kVector> made;
      for (int i = 0; i < kVector; ++i) {
        const float value = (wide(read.values[i]) - mean[i]) * scale[i] + shift[i];
        made.values[i] = narrow<T>(kSilu ? silu<T>(value) : value);
      }
      *reinterpret_cast<Vector<T, kVector>*>(y + at) = made;
    }
  }
}

template <typename T, int kVector>
void launchVectors(const GroupNormLaunch& launch, cudaStream_t stream) {
  const Plan plan = planOf(launch, kVector);
  const auto* x = static_cast<const T*>(launch.x);
  const auto* weight = static_cast<const T*>(launch.weight);
  const auto* bias = static_cast<const T*>(launch.bias);
  auto* y = static_cast<T*>(launch.y);
  const std::int64_t pixels = launch.pixels;
  const int channels = launch.channels, groups = launch.groups;
  float* const statistics = launch.workspace;
  float* const moments = statistics + 2 * launch.batch * groups;

  const auto batch = static_cast<unsigned>(launch.batch);
  const dim3 grid(static_cast<unsigned>(plan.chunks), batch);
  // Whole warps, because those share out the groups.
  const auto threads = static_cast<unsigned>((plan.columns * plan.rows + kWarp - 1) / kWarp * kWarp);
  const std::size_t shared = 2 * sizeof(float) * static_cast<std::size_t>(plan.rows * channels);
  chunkMoments<T, kVector><<<grid, threads, shared, stream>>>(x, moments, pixels, channels, groups, plan);
  groupMoments<<<dim3(static_cast<unsigned>(groups), batch), kWarp, 0, stream>>>(
      moments, statistics, pixels, channels / groups, groups, static_cast<float>(launch.epsilon), plan);
  if (launch.silu) {
    apply<T, kVector, true>
        <<<grid, threads, 0, stream>>>(x, weight, bias, statistics, y, pixels, channels, groups, plan);
  } else {
    apply<T, kVector, false>
        <<<grid, threads, 0, stream>>>(x, weight, bias, statistics, y, pixels, channels, groups, plan);
  }
}

template <typename T>
void launchOf(const GroupNormLaunch& launch, cudaStream_t stream) {
  constexpr int kVector = kVectorBytes / sizeof(T);
  const auto places = reinterpret_cast<std::uintptr_t>(launch.x) | reinterpret_cast<std::uintptr_t>(launch.y);
  if (launch.channels % kVector == 0 && places % kVectorBytes == 0)
    launchVectors<T, kVector>(launch, stream);
  else
    launchVectors<T, 1>(launch, stream);
}

}  // namespace

std::int64_t groupNormWorkspace(const GroupNormLaunch& launch) {
  return 2 * launch.batch * launch.groups * (1 + kMostChunks);
}

void launchGroupNorm(const GroupNormLaunch& launch, cudaStream_t stream) {
  if (launch.batch * launch.pixels * launch.channels == 0) return;
  switch (launch.type) {
    case GroupNormLaunch::Type::Float32:
      return launchOf<float>(launch, stream);
    case GroupNormLaunch::Type::Float16:
      return launchOf<__half>(launch, stream);
    case GroupNormLaunch::Type::BFloat16:
      return launchOf<__nv_bfloat16>(launch, stream);
  }
}

}  // namespace heirloom::models
