#include <gtest/gtest.h>

#include "models/rgt/block.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

TEST(Rgt, theSummaryIsReducedFurtherForLargerPictures) {
  EXPECT_EQ(rgtReductions(16, 16), 2);
  EXPECT_EQ(rgtReductions(300, 1023), 2);
  EXPECT_EQ(rgtReductions(300, 1024), 3);
  EXPECT_EQ(rgtReductions(4096, 4096), 4);
}

TEST(Rgt, aNarrowPictureIsNotReducedToNothing) {
  EXPECT_EQ(rgtReductions(63, 4096), 2);
  EXPECT_EQ(rgtReductions(64, 4096), 3);
}

}  // namespace
}  // namespace heirloom::tests
