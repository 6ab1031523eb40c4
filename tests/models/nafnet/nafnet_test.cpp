#include <gtest/gtest.h>
#include <torch/utils.h>

#include "models/common/random_weights.h"
#include "models/nafnet/network.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

double largest(const at::Tensor& difference) {
  return difference.abs().max().item<double>();
}

TEST(NafNet, localMeansAreThoseOfTheWindowsThatFit) {
  at::manual_seed(0);
  const at::Tensor x = at::randn({1, 3, 9, 12});
  const at::Tensor means = localMean(x, 4);
  ASSERT_EQ(means.sizes(), x.sizes());
  const at::Tensor inside = at::avg_pool2d(x, {4, 4}, {1, 1});  // 6 x 9: one row and column lie before, two behind
  EXPECT_LT(largest(means.slice(2, 1, 7).slice(3, 1, 10) - inside), 1e-5);
  EXPECT_LT(largest(means.select(2, 0) - means.select(2, 1)), 1e-6);
  EXPECT_LT(largest(means.select(3, 11) - means.select(3, 9)), 1e-6);
}

TEST(NafNet, windowsLargerThanThePictureAreThePicture) {
  at::manual_seed(1);
  const at::Tensor x = at::randn({1, 2, 5, 6});
  EXPECT_LT(largest(localMean(x, 384) - x.mean(at::IntArrayRef{2, 3}, true)), 1e-6);
}

TEST(NafNet, localStatisticsMatterOnlyWhereThePictureIsLargerThanTheirWindow) {
  const torch::NoGradGuard noGrad;
  NafNet network(NafNetConfig{.width = 8, .encoders = {1, 1}, .middle = 1, .decoders = {1, 1}});
  randomise(*network);
  at::manual_seed(2);
  const at::Tensor picture = at::rand({1, 3, 24, 32});
  const at::Tensor global = network->forward(picture);
  EXPECT_LT(largest(network->forward(picture, nullptr, 32) - global), 1e-6);
  EXPECT_GT(largest(network->forward(picture, nullptr, 16) - global), 1e-4);
}

}  // namespace
}  // namespace heirloom::tests
