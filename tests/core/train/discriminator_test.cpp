#include "core/train/discriminator.h"

#include <gtest/gtest.h>
#include <torch/optim/adam.h>
#include <torch/types.h>

#include <optional>
#include <vector>

namespace heirloom::tests {
namespace {

using namespace heirloom::core;

/// Photos of noise, and pictures that have nothing of it finer than two pixels.
class Discrimination : public testing::Test {
 protected:
  Discrimination() {
    torch::manual_seed(0);
    discriminator_.emplace(at::Device(at::kCPU));
    for (const Objective::Parameter& parameter : discriminator_->parameters()) weights_.push_back(parameter.value);
  }

  const at::Tensor photos_ = at::rand({4, 3, 16, 16}, at::detail::createCPUGenerator(1));
  const at::Tensor made_ = at::upsample_nearest2d(at::avg_pool2d(photos_, 2), {16, 16}).requires_grad_(true);
  std::optional<Discriminator> discriminator_;
  std::vector<at::Tensor> weights_;
};

TEST_F(Discrimination, itsOwnLossReachesItsWeightsAloneAndTheNetworksThePicturesAlone) {
  const at::Tensor own = discriminator_->ownLoss(made_, photos_);
  EXPECT_TRUE(own.isfinite().item<bool>());
  own.backward();
  EXPECT_FALSE(made_.grad().defined());
  for (const at::Tensor& weight : weights_) {
    ASSERT_TRUE(weight.grad().defined());
    EXPECT_GT(weight.grad().abs().max().item<double>(), 0);
    weight.mutable_grad().reset();
  }

  const at::Tensor network = discriminator_->networkLoss(made_);
  EXPECT_TRUE(network.isfinite().item<bool>());
  network.backward();
  for (const at::Tensor& weight : weights_) EXPECT_FALSE(weight.grad().defined());
  ASSERT_TRUE(made_.grad().defined());
  const at::Tensor step = 0.01 * made_.grad() / made_.grad().abs().max();
  EXPECT_LT(discriminator_->networkLoss(made_ - step).item<double>(), network.item<double>());
}

TEST_F(Discrimination, itsOwnLossFallsAsItLearnsToTellPicturesFromPhotos) {
  torch::optim::Adam optimiser(weights_, torch::optim::AdamOptions(1e-3));
  const double before = discriminator_->ownLoss(made_, photos_).item<double>();
  for (int i = 0; i < 40; ++i) {
    optimiser.zero_grad();
    discriminator_->ownLoss(made_, photos_).backward();
    optimiser.step();
  }
  EXPECT_LT(discriminator_->ownLoss(made_, photos_).item<double>(), 0.5 * before);
  EXPECT_GT(discriminator_->networkLoss(made_).item<double>(), discriminator_->networkLoss(photos_).item<double>());
}

TEST_F(Discrimination, aPicturesVerdictDoesNotDependOnTheOthersOfItsBatch) {
  double own = 0, network = 0;
  for (std::int64_t n = 0; n < photos_.size(0); ++n) {
    own += discriminator_->ownLoss(made_.narrow(0, n, 1), photos_.narrow(0, n, 1)).item<double>();
    network += discriminator_->networkLoss(made_.narrow(0, n, 1)).item<double>();
  }
  EXPECT_NEAR(discriminator_->ownLoss(made_, photos_).item<double>(), own / 4, 1e-5);
  EXPECT_NEAR(discriminator_->networkLoss(made_).item<double>(), network / 4, 1e-5);
}

TEST_F(Discrimination, smallestPicturesHaveAVerdict) {
  const at::Tensor smallest = photos_.narrow(2, 0, 8).narrow(3, 0, 8);
  EXPECT_TRUE(discriminator_->ownLoss(smallest, smallest).isfinite().item<bool>());
}

}  // namespace
}  // namespace heirloom::tests
