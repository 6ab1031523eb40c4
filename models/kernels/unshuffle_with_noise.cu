#include "models/kernels/unshuffle_with_noise.h"

namespace heirloom::models {
namespace {

// One thread a value of the result, whose neighbours in memory are the channels of one pixel.
__global__ void unshuffleWithNoise(const float* picture, const float* sigma, float* result, int channels,
                                   std::int64_t height, std::int64_t width, std::int64_t count) {
  const int packed = 4 * channels + 1;
  const std::int64_t halfHeight = height / 2;
  const std::int64_t halfWidth = width / 2;
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += step) {
    const int channel = static_cast<int>(i % packed);
    const std::int64_t pixel = i / packed;
    const std::int64_t x = pixel % halfWidth;
    const std::int64_t y = pixel / halfWidth % halfHeight;
    const std::int64_t n = pixel / halfWidth / halfHeight;
    if (channel == packed - 1) {
      result[i] = sigma[n];
    } else {
      const int colour = channel / 4;
      const int dy = channel % 4 / 2;
      const int dx = channel % 2;
      result[i] = picture[((n * channels + colour) * height + 2 * y + dy) * width + 2 * x + dx];
    }
  }
}

}  // namespace

void launchUnshuffleWithNoise(const float* picture, const float* sigma, float* result, std::int64_t batch, int channels,
                              std::int64_t height, std::int64_t width, cudaStream_t stream) {
  const std::int64_t count = batch * (height / 2) * (width / 2) * (4 * channels + 1);
  if (count == 0) return;
  constexpr int kThreads = 256;
  const std::int64_t blocks = (count + kThreads - 1) / kThreads;
  const auto grid = static_cast<unsigned>(blocks < 65535 ? blocks : 65535);
  unshuffleWithNoise<<<grid, kThreads, 0, stream>>>(picture, sigma, result, channels, height, width, count);
}

}  // namespace heirloom::models
