#include "tests/models/support/failing_allocator.h"

#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>

#include <malloc.h>

#include <cstdlib>
#include <cstring>

namespace heirloom::tests {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::uint8_t kPriority = 255;

std::atomic<std::int64_t> taken = 0;
std::atomic<std::int64_t> budget = 0;
std::atomic<std::int64_t> most = 0;
std::atomic<int> refused = 0;

class Budgeted : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) override {
    if (taken + static_cast<std::int64_t>(bytes) > budget) {
      ++refused;
      TORCH_CHECK_WITH(OutOfMemoryError, false, "the test's budget is spent");
    }
    void* block = nullptr;
    if (posix_memalign(&block, kAlignment, bytes) != 0) throw std::bad_alloc();
    const std::int64_t held = taken += sizeOf(block);
    std::int64_t known = most;
    while (known < held && !most.compare_exchange_weak(known, held)) continue;
    // oneDNN wants memory whose context is itself, and may free it through another allocator.
    return {block, block, &release, c10::Device(c10::kCPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &release; }
  void copy_data(void* target, const void* source, std::size_t bytes) const override {
    std::memcpy(target, source, bytes);
  }

 private:
  static std::int64_t sizeOf(void* block) { return static_cast<std::int64_t>(malloc_usable_size(block)); }
  static void release(void* block) {
    taken -= sizeOf(block);
    std::free(block);
  }
};

Budgeted allocator;

}  // namespace

FailingAllocator::FailingAllocator(std::int64_t bytes) : usual_(c10::GetCPUAllocator()) {
  refused = 0;
  most = taken.load();
  setBudget(bytes);
  c10::SetCPUAllocator(&allocator, kPriority);
}

FailingAllocator::~FailingAllocator() {
  c10::SetCPUAllocator(usual_, kPriority);
}

void FailingAllocator::setBudget(std::int64_t bytes) {
  budget = taken + bytes;
}

int FailingAllocator::refusals() const {
  return refused;
}

std::int64_t FailingAllocator::spent() const {
  return taken;
}

std::int64_t FailingAllocator::peak() const {
  return most;
}

}  // namespace heirloom::tests
