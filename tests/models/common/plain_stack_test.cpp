#include "models/common/plain_stack.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "models/common/plain_chain.h"
#include "models/common/random_weights.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

TEST(PlainStack, countsItsParametersAndReach) {
  const PlainStackConfig config{13, 12, 96, std::vector<int>(12, 1)};
  std::int64_t counted = 0;
  for (const at::Tensor& parameter : PlainStack(config)->parameters()) counted += parameter.numel();
  EXPECT_EQ(config.parameterCount(), counted);
  EXPECT_EQ(config.receptiveRadius(), 12);
  EXPECT_EQ((PlainStackConfig{1, 1, 8, {1, 2, 3, 4, 3, 2, 1}}.receptiveRadius()), 16);
}

TEST(PlainStack, halfPrecisionInsideStaysNearFloat32) {
  const PlainStackConfig config{3, 3, 32, std::vector<int>(8, 1)};
  PlainStack plain(config);
  PlainStack fast(config);
  randomise(*plain);
  torch::NoGradGuard noGrad;
  for (const auto& item : plain->named_parameters()) fast->named_parameters()[item.key()].copy_(item.value());
  placeLayers(*plain, {});
  placeLayers(*fast, {at::kCPU, at::kBFloat16});
  const at::Tensor picture = at::rand({1, 3, 40, 56});
  const at::Tensor expected = plain->forward(picture);
  const at::Tensor result = fast->forward(picture);
  EXPECT_EQ(result.scalar_type(), at::kFloat);
  const double scale = expected.std().item<double>();
  EXPECT_LT((result - expected).abs().max().item<double>(), 0.1 * scale);
  EXPECT_GT((result - expected).abs().max().item<double>(), 0);  // it did run in half precision
}

TEST(PlainStack, asksToStopBetweenLayers) {
  struct StopAtThird : Observer {
    mutable int asked = 0;
    bool stopRequested() const override { return ++asked == 3; }
  } observer;
  PlainStack stack(PlainStackConfig{1, 1, 4, std::vector<int>(6, 1)});
  EXPECT_THROW(stack->forward(at::rand({1, 1, 8, 8}), &observer), Stopped);
  EXPECT_EQ(observer.asked, 3);
}

}  // namespace
}  // namespace heirloom::tests
