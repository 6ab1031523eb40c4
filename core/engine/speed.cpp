#include "core/engine/speed.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>

namespace heirloom::core {
namespace {

constexpr double kReached = 0.6;  // norms, attention and layers that are smaller than the product
constexpr int kRounds = 3;        // the first one wakes threads and libraries

}  // namespace

double flopPerSecond(const models::Placement& placement) {
  const std::int64_t side = placement.device.is_cpu() ? 1024 : 4096;
  const at::Tensor matrix = at::ones({side, side}, at::TensorOptions(placement.device).dtype(placement.precision));
  double best = 0;
  for (int round = 0; round < kRounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    (void)at::matmul(matrix, matrix)[0][0].item<float>();  // waits for the device
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    best = std::max(best, 2.0 * static_cast<double>(side * side * side) / took.count());
  }
  return kReached * best;
}

}  // namespace heirloom::core
