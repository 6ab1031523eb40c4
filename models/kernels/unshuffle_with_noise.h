#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

namespace heirloom::models {

/// `picture` batch x channels x height x width planar, `sigma` one value a picture; `result` batch x height/2 x width/2
/// x (4 channels + 1), that is N H W C. Height and width even. Queued on `stream`.
void launchUnshuffleWithNoise(const float* picture, const float* sigma, float* result, std::int64_t batch, int channels,
                              std::int64_t height, std::int64_t width, cudaStream_t stream);

}  // namespace heirloom::models
