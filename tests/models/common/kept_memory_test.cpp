#include <gtest/gtest.h>

#include <vector>

#include "models/placement.h"

namespace heirloom::models {
namespace {

TEST(KeptMemory, isWhatWasFreedAndNotGivenBack) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers have an allocator of their own";
#endif
  constexpr std::size_t kBytes = 200 << 20, kBlock = 100'000;  // too small for the system to be asked for each
  std::vector<std::vector<char>> blocks;
  for (std::size_t bytes = 0; bytes < kBytes; bytes += kBlock) blocks.emplace_back(kBlock, 'x');
  releaseFreedMemory(at::kCPU);
  const std::uint64_t before = keptMemory();
  // The last one stays: what lies below it cannot simply be cut off.
  blocks.erase(blocks.begin(), blocks.end() - 1);
  EXPECT_GT(keptMemory(), before + kBytes / 2);
  releaseFreedMemory(at::kCPU);
  EXPECT_LT(keptMemory(), before + kBytes / 4);
}

}  // namespace
}  // namespace heirloom::models
