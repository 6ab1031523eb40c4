#include "core/engine/memory_budget.h"

#include <algorithm>

#include "core/photo/memory.h"
#include "models/cuda.h"
#include "models/placement.h"

namespace heirloom::core {
namespace {

constexpr std::uint64_t kMostOnCpu = 1'500'000'000;

}  // namespace

std::uint64_t availableMemory(const at::Device& device) {
  if (!device.is_cpu()) return models::freeCudaMemory(device.index());
  // The allocator keeps freed memory (initialiseEngine), which the system counts as ours although the next tile reuses
  // it.
  return roomForRasters().memory + models::keptMemory();
}

std::uint64_t activationBudget(const at::Device& device) {
  const std::uint64_t available = availableMemory(device);
  return device.is_cpu() ? std::min(available / 4, kMostOnCpu) : available / 2;
}

}  // namespace heirloom::core
