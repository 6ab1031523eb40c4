#include "models/common/placed_bytes.h"

#include <torch/types.h>

#include "models/kernels/processor.h"
#include "models/kernels/winograd/winograd.h"

namespace heirloom::models {

std::uint64_t placedBytes(const TensorEntry& entry, const Placement& placement) {
  const auto count = static_cast<std::uint64_t>(entry.numel());
  const std::vector<std::int64_t>& shape = entry.shape;
  const bool float32Products = placement.precision == at::kFloat || !processor().amxBf16;
  if (placement.device.is_cpu() && !placement.plain && float32Products && shape.size() == 4 && shape[2] == 3) {
    const int in = static_cast<int>(shape[1]);
    const int out = static_cast<int>(shape[0]);
    if (winogradServes(in, out)) return static_cast<std::uint64_t>(WinogradWeights::bytes(in, out));
  }
  return count * at::elementSize(placement.precision);
}

}  // namespace heirloom::models
