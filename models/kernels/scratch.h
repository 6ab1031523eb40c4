#pragma once

#include <ATen/ops/empty.h>

#include <cstdint>

namespace heirloom::models {

/// Memory for one thread's intermediate values, aligned to a cache line, from LibTorch's allocator.
template <typename Value>
class Scratch {
 public:
  explicit Scratch(std::int64_t count)
      : memory_(at::empty({count * static_cast<std::int64_t>(sizeof(Value)) + 64}, at::kByte)) {}
  Value* data() const {
    const auto address = reinterpret_cast<std::uintptr_t>(memory_.data_ptr());
    return reinterpret_cast<Value*>((address + 63) / 64 * 64);
  }

 private:
  at::Tensor memory_;
};

}  // namespace heirloom::models
