#include "models/common/padding.h"

#include <gtest/gtest.h>

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

at::Tensor row(const std::vector<float>& values) {
  return at::tensor(values).view({1, 1, 1, -1});
}

TEST(Padding, aPictureIsMirroredAgainAndAgainWithItsEdgeOrWithout) {
  const at::Tensor three = row({1, 2, 3});
  EXPECT_TRUE(at::equal(mirroredTo(three, 1, 8, Mirror::WithEdge), row({1, 2, 3, 3, 2, 1, 1, 2})));
  EXPECT_TRUE(at::equal(mirroredTo(three, 1, 8, Mirror::WithoutEdge), row({1, 2, 3, 2, 1, 2, 3, 2})));
  EXPECT_TRUE(at::equal(mirroredTo(three.mT(), 8, 1, Mirror::WithoutEdge), row({1, 2, 3, 2, 1, 2, 3, 2}).mT()));
  EXPECT_TRUE(at::equal(mirroredTo(three, 1, 2, Mirror::WithEdge), three));
  for (const Mirror mirror : {Mirror::WithEdge, Mirror::WithoutEdge})
    EXPECT_TRUE(at::equal(mirroredTo(row({5}), 3, 4, mirror), at::full({1, 1, 3, 4}, 5.F)));
}

TEST(Padding, rowsBeforeAPictureArePartOfItsSize) {
  const at::Tensor square = at::arange(4, at::kFloat).view({1, 1, 2, 2});
  const at::Tensor result = mirroredTo(square, 5, 5, Mirror::WithoutEdge, 3);
  EXPECT_TRUE(at::equal(result.select(2, 3), row({1, 0, 1, 0, 1}).squeeze(2)));
  EXPECT_TRUE(at::equal(result.select(2, 0), row({3, 2, 3, 2, 3}).squeeze(2)));
  EXPECT_TRUE(at::equal(mirroredTo(square, 5, 5, Mirror::WithEdge, 2).select(2, 0), row({3, 2, 2, 3, 3}).squeeze(2)));
}

}  // namespace
}  // namespace heirloom::tests
