// What a stage of InstantIR computes of one batch, and its gradients.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <string>
#include <utility>
#include <vector>

#include "core/train/objective.h"
#include "tests/core/train/instantir_training_run.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::core;

class InstantIrLoss : public InstantIrTrainingRun {
 protected:
  /// The loss of one batch of two pictures in the stage that is configured.
  double lossOf(const std::vector<std::string>& captions, const at::Tensor& places = {}, double degraded = 0.5) const {
    torch::manual_seed(0);
    const auto objective = makeObjective(config_);
    Random random(7);
    const at::Tensor clean = at::rand({2, 3, 64, 64}, at::detail::createCPUGenerator(1));
    const torch::NoGradGuard noGrad;
    return objective->loss({clean, clean * degraded, {}, places, captions}, random).item<double>();
  }

  /// The loss of one batch, and what it says to every parameter.
  std::pair<double, std::vector<at::Tensor>> gradients() const {
    torch::manual_seed(0);
    const auto objective = makeObjective(config_);
    Random random(7);
    const at::Tensor clean = at::rand({2, 3, 64, 64}, at::detail::createCPUGenerator(1));
    const at::Tensor loss = objective->loss({clean, clean * 0.5, {}}, random);
    loss.backward();
    std::pair<double, std::vector<at::Tensor>> result{loss.item<double>(), {}};
    for (const auto& parameter : objective->parameters()) result.second.push_back(parameter.value.grad());
    return result;
  }
};

TEST_F(InstantIrLoss, aStepMayTakeItsPicturesInSeveralBatches) {
  const at::Tensor clean = at::rand({4, 3, 64, 64}, at::detail::createCPUGenerator(1));
  for (const char* stage : {"perceptor", "previewer", "aggregator"}) {
    config_.stage = stage;
    const auto objective = makeObjective(config_);
    const Patches::Batch batch{clean, clean * 0.5, {}, {}, {"a wall", "", "a door", "a cat"}};
    const TrainedLoss whole = lossOfParts(*objective, batch, 4);
    expectSame(lossOfParts(*objective, batch, 2), whole, stage);
    expectSame(lossOfParts(*objective, batch, 1), whole, stage);
  }
}

TEST_F(InstantIrLoss, thePerceptorHearsCaptionsUnlessTheyAreDropped) {
  const std::vector<std::string> said = {"a wall", "a door"};
  config_.dropping = {0, 0, 0};
  const double silent = lossOf({}), heard = lossOf(said);
  EXPECT_EQ(lossOf({"", ""}), silent);
  EXPECT_NE(heard, silent);
  EXPECT_NE(lossOf({"a wall", ""}), heard);
  EXPECT_NE(lossOf(said, {}, 0.25), heard);
  config_.dropping = {0, 1, 0};
  EXPECT_EQ(lossOf(said), silent);
  EXPECT_NE(lossOf(said, {}, 0.25), silent);
  config_.dropping = {1, 0, 0};
  const double blind = lossOf(said);
  EXPECT_EQ(lossOf(said, {}, 0.25), blind);
  EXPECT_NE(lossOf({}), blind);
  config_.dropping = {0, 0, 1};
  EXPECT_EQ(lossOf(said, {}, 0.25), lossOf({}));

  for (const char* stage : {"previewer", "aggregator"}) {
    config_.stage = stage;
    EXPECT_EQ(lossOf(said), lossOf({})) << stage;
  }
}

TEST_F(InstantIrLoss, everyNetworkIsToldThePhotosSizeAndThePatchsPlace) {
  const auto places = [](int height, int top) { return at::tensor({height, 64, top, 0, 64, 64}).repeat({2, 1}); };
  for (const char* stage : {"perceptor", "previewer", "aggregator"}) {
    config_.stage = stage;
    const double whole = lossOf({}, places(64, 0));
    EXPECT_EQ(lossOf({}), whole) << stage;
    EXPECT_NE(lossOf({}, places(900, 0)), whole) << stage;
    EXPECT_NE(lossOf({}, places(900, 500)), lossOf({}, places(900, 0))) << stage;
  }
}

TEST_F(InstantIrLoss, gradientCheckpointingChangesNoGradient) {
  for (const char* stage : {"perceptor", "previewer", "aggregator"}) {
    config_.stage = stage;
    for (const char* precision : {"float32", "bfloat16"}) {
      config_.precision = precision;
      config_.gradientCheckpointing = false;
      const auto plain = gradients();
      config_.gradientCheckpointing = true;
      const auto again = gradients();
      EXPECT_EQ(again.first, plain.first) << stage;
      ASSERT_EQ(again.second.size(), plain.second.size());
      const double tolerance = config_.precision == "float32" ? 1e-4 : 0.05;
      for (std::size_t i = 0; i < plain.second.size(); ++i) {
        ASSERT_TRUE(plain.second[i].defined() && again.second[i].defined()) << stage << i;
        const double apart = (again.second[i] - plain.second[i]).norm().item<double>();
        EXPECT_LE(apart, tolerance * plain.second[i].norm().item<double>() + 1e-9) << stage << ' ' << precision << i;
      }
    }
  }
}

}  // namespace
}  // namespace heirloom::tests
