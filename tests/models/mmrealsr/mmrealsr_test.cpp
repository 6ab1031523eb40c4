#include <gtest/gtest.h>
#include <torch/utils.h>

#include <cmath>

#include "models/common/random_weights.h"
#include "models/mmrealsr/network.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

/// The last layer of the estimator of a degree, 0 blur and 1 noise, so that it estimates `degree` of any picture.
void letEstimate(MmRealSr& network, int number, double degree) {
  const std::string layer = "de_net.fc_degree." + std::to_string(number) + ".2.";
  network->named_parameters()[layer + "weight"].zero_();
  network->named_parameters()[layer + "bias"].fill_(std::log(degree / (1 - degree)));
}

TEST(MmRealSr, degreesThatAreToldReplaceTheEstimatedOnesInTheirOrder) {
  const torch::NoGradGuard noGrad;
  MmRealSr network(MmRealSrConfig{
      .features = 16, .growth = 8, .blocks = 1, .embedding = 16, .stages = {{16, 1}, {16, 1}}, .hidden = 16});
  randomise(*network);
  letEstimate(network, 0, 0.2);
  letEstimate(network, 1, 0.9);
  at::manual_seed(0);
  const at::Tensor picture = at::rand({1, 3, 16, 20});
  const at::Tensor estimated = network->forward(picture);
  const auto distance = [&](float blur, float noise) {
    return (network->forward(picture, at::tensor({blur, noise}).view({1, 2})) - estimated).abs().max().item<double>();
  };
  EXPECT_LT(distance(0.2F, 0.9F), 1e-5);
  EXPECT_GT(distance(0.9F, 0.2F), 1e-3);
}

}  // namespace
}  // namespace heirloom::tests
