#pragma once

#include <c10/core/Allocator.h>

#include <atomic>
#include <cstdint>

namespace heirloom::tests {

/// While it lives, LibTorch's CPU tensors come out of a budget: what would exceed it fails with c10::OutOfMemoryError,
/// as a GPU's allocator does. Tensors that it made must be gone before it ends.
class FailingAllocator {
 public:
  explicit FailingAllocator(std::int64_t budget);
  ~FailingAllocator();
  FailingAllocator(const FailingAllocator&) = delete;
  FailingAllocator& operator=(const FailingAllocator&) = delete;

  void setBudget(std::int64_t budget);
  int refusals() const;
  /// Bytes that its tensors hold.
  std::int64_t spent() const;
  /// The most that they held at once since it began.
  std::int64_t peak() const;

 private:
  c10::Allocator* usual_;
};

}  // namespace heirloom::tests
