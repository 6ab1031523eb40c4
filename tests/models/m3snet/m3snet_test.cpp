#include <gtest/gtest.h>
#include <torch/utils.h>

#include "models/common/random_weights.h"
#include "models/m3snet/network.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

TEST(M3SNet, localStatisticsMatterOnlyWhereThePictureIsLargerThanTheirWindow) {
  const torch::NoGradGuard noGrad;
  M3SNet network(M3SNetConfig{.width = 8, .encoders = {1, 1, 1, 1}, .heads = 2});
  randomise(*network);
  at::manual_seed(0);
  const at::Tensor picture = at::rand({1, 3, 64, 96});
  const at::Tensor global = network->forward(picture);
  const auto distance = [&](std::int64_t window) {
    return (network->forward(picture, nullptr, window) - global).abs().max().item<double>();
  };
  EXPECT_LT(distance(96), 1e-6);
  EXPECT_GT(distance(32), 1e-4);
}

}  // namespace
}  // namespace heirloom::tests
