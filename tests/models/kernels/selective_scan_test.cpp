#include "models/kernels/selective_scan/selective_scan.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "models/cuda.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

struct Scan {
  Scan(std::int64_t batch, std::int64_t height, std::int64_t width, std::int64_t features, std::int64_t states,
       std::int64_t rank)
      : x(at::randn({batch, height, width, features})),
        projected(at::randn({batch, height, width, 4, rank + 2 * states})),
        weights{at::randn({4, features, rank}) * 0.3, at::randn({4, features}) * 4 - 3,
                -at::rand({4, features, states}) * 16, at::randn({4, features})} {}

  Scan on(const at::Device& device) const {
    Scan moved = *this;
    for (at::Tensor* tensor : {&moved.x, &moved.projected, &moved.weights.stepWeight, &moved.weights.stepBias,
                               &moved.weights.decay, &moved.weights.skip}) {
      *tensor = tensor->to(device);
    }
    return moved;
  }
  at::Tensor exact() const {
    const auto d = [](const at::Tensor& tensor) { return tensor.to(at::kDouble); };
    return plainSelectiveScan(d(x), d(projected),
                              {d(weights.stepWeight), d(weights.stepBias), d(weights.decay), d(weights.skip)});
  }

  at::Tensor x, projected;
  SelectiveScanWeights weights;
};

std::vector<Scan> scans() {
  at::manual_seed(1);
  return {Scan(1, 1, 1, 1, 1, 1), Scan(2, 5, 7, 24, 16, 3), Scan(1, 9, 4, 72, 10, 4), Scan(1, 1, 33, 40, 5, 2),
          Scan(1, 12, 1, 17, 16, 12), Scan(3, 6, 8, 360, 16, 12),
          // More states than CUDA has threads for, each of which then keeps several, and more than these keep.
          Scan(1, 4, 5, 18, 40, 2), Scan(1, 3, 4, 9, 70, 2)};
}

TEST(SelectiveScan, aSumThatDecaysByHand) {
  // One channel and one state; delta = softplus(log(e - 1)) = 1, decay log 1/2: what came before counts half.
  const at::Tensor x = at::tensor({1.F, 2.F, 4.F}).view({1, 1, 3, 1});
  const at::Tensor projected = at::tensor({0.F, 1.F, 1.F}).expand({1, 1, 3, 4, 3}).contiguous();
  const SelectiveScanWeights weights{at::zeros({4, 1, 1}), at::full({4, 1}, std::log(std::exp(1.F) - 1)),
                                     at::full({4, 1, 1}, std::log(0.5F)), at::full({4, 1}, 10.F)};
  // Forwards 1, 2.5, 5.25; backwards 3, 4, 4; each twice, and 4 * 10 x.
  const at::Tensor expected = at::tensor({8.F + 40, 13.F + 80, 18.5F + 160}).view({1, 1, 3, 1});
  EXPECT_TRUE(at::allclose(plainSelectiveScan(x, projected, weights), expected));
  EXPECT_TRUE(at::allclose(selectiveScan(x, projected, weights), expected));
}

TEST(SelectiveScan, rowsAndColumnsAreWaysOfTheirOwn) {
  // Only the direction down the columns has an output: the value left of a pixel is no predecessor.
  at::Tensor projected = at::zeros({1, 2, 2, 4, 3});
  projected.select(3, 1).fill_(1);
  projected.select(4, 0).zero_();
  const SelectiveScanWeights weights{at::zeros({4, 1, 1}), at::full({4, 1}, std::log(std::exp(1.F) - 1)),
                                     at::zeros({4, 1, 1}), at::zeros({4, 1})};
  const at::Tensor x = at::tensor({1.F, 10.F, 100.F, 1000.F}).view({1, 2, 2, 1});
  const at::Tensor expected = at::tensor({1.F, 111.F, 101.F, 1111.F}).view({1, 2, 2, 1});
  EXPECT_TRUE(at::allclose(plainSelectiveScan(x, projected, weights), expected));
  EXPECT_TRUE(at::allclose(selectiveScan(x, projected, weights), expected));
}

TEST(SelectiveScan, oursIsItsPlainTwin) {
  const torch::NoGradGuard noGrad;
  for (const Scan& scan : scans()) {
    const at::Tensor exact = scan.exact();
    const at::Tensor ours = selectiveScan(scan.x, scan.projected, scan.weights);
    EXPECT_LT((ours - exact).abs().max().item<double>(), 1e-5 * std::max(1.0, exact.abs().max().item<double>()))
        << scan.x.sizes();
  }
}

TEST(SelectiveScan, longSequencesStayExact) {
  const torch::NoGradGuard noGrad;
  at::manual_seed(2);
  Scan scan(1, 40, 50, 16, 16, 4);
  scan.weights.decay *= 0.01;  // what was seen stays for long
  const at::Tensor exact = scan.exact();
  EXPECT_LT((selectiveScan(scan.x, scan.projected, scan.weights) - exact).abs().max().item<double>(),
            1e-5 * exact.abs().max().item<double>());
}

TEST(SelectiveScan, cudaIsThePlainTwin) {
  if (!openCuda().available) GTEST_SKIP() << "no GPU on this machine";
  const torch::NoGradGuard noGrad;
  for (const Scan& scan : scans()) {
    const Scan there = scan.on(at::Device("cuda"));
    const at::Tensor exact = scan.exact();
    const at::Tensor ours = selectiveScan(there.x, there.projected, there.weights).cpu();
    EXPECT_LT((ours - exact).abs().max().item<double>(), 1e-5 * std::max(1.0, exact.abs().max().item<double>()))
        << scan.x.sizes();
  }
}

TEST(SelectiveScan, gradientsTakeTheTwin) {
  Scan scan(1, 3, 3, 8, 4, 2);
  scan.weights.decay.requires_grad_();
  selectiveScan(scan.x, scan.projected, scan.weights).sum().backward();
  EXPECT_TRUE(scan.weights.decay.grad().defined());
}

TEST(SelectiveScan, refusesShapesThatDoNotFit) {
  const Scan scan(1, 3, 3, 8, 4, 2);
  EXPECT_THROW(selectiveScan(scan.x, scan.projected.narrow(4, 0, 9), scan.weights), c10::Error);
  EXPECT_THROW(selectiveScan(scan.x.narrow(3, 0, 7), scan.projected, scan.weights), c10::Error);
}

}  // namespace
}  // namespace heirloom::tests
