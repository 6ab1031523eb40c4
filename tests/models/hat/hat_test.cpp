#include <gtest/gtest.h>
#include <torch/types.h>

#include "models/hat/block.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

// Windows of 2 in windows of 4, a table of 5 x 5: offsets are shifted by 2 - 4 + 1 = -1.
TEST(Hat, negativeRowsOfTheOverlappingTableCountFromItsEnd) {
  const at::Tensor index = overlappingPositionIndex(2, 4);
  ASSERT_EQ(index.sizes(), at::IntArrayRef({4, 16}));
  const auto row = [&](int query, int key) { return index[query][key].item<std::int64_t>(); };
  EXPECT_EQ(row(0, 0), 25 - 6);  // (-1, -1)
  EXPECT_EQ(row(0, 15), 2 * 5 + 2);
  EXPECT_EQ(row(3, 0), 25 - 12);  // (-2, -2)
  EXPECT_EQ(row(0, 1), 25 - 5);   // (-1, 0)
  EXPECT_EQ(row(1, 5), 25 - 1);   // (0, -1)
}

}  // namespace
}  // namespace heirloom::tests
