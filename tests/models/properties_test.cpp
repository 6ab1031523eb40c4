// What must hold for every network of the table, whatever it computes (kair.md 8.5).

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <limits>

#include "models/common/whole_statistics.h"
#include "tests/models/support/public_networks.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

class EveryNetwork : public testing::TestWithParam<PublicConfiguration> {
 protected:
  EveryNetwork() { at::manual_seed(1); }

  std::unique_ptr<Session> session(const Placement& placement = {}) {
    return model_->start(usableSettings(*model_), placement, observer_);
  }
  std::int64_t channels() const { return model_->descriptor().channels; }
  std::int64_t scale() const { return model_->describe(usableSettings(*model_)).scale; }
  at::Tensor picture(std::int64_t height, std::int64_t width, std::int64_t count = 1) const {
    return at::rand({count, channels(), height, width});
  }

  std::shared_ptr<const Restorer> model_ = GetParam().open();
  Observer observer_;
};

TEST_P(EveryNetwork, takesPicturesOfAnySize) {
  const auto running = session();
  for (const auto& [height, width] : {std::pair{1, 1}, std::pair{1, 23}, std::pair{19, 1}, std::pair{13, 30}}) {
    const at::Tensor result = running->restore(picture(height, width));
    EXPECT_EQ(result.sizes(), at::IntArrayRef({1, channels(), height * scale(), width * scale()}));
    EXPECT_EQ(result.scalar_type(), at::kFloat);
    EXPECT_TRUE(at::isfinite(result).all().item<bool>()) << height << " x " << width;
  }
}

TEST_P(EveryNetwork, givesABatchWhatItGivesItsSingles) {
  const auto running = session();
  const at::Tensor batch = picture(17, 20, 3);
  const at::Tensor together = running->restore(batch);
  for (int i = 0; i < 3; ++i) {
    const at::Tensor single = running->restore(batch.narrow(0, i, 1));
    EXPECT_LT((together.narrow(0, i, 1) - single).abs().max().item<double>(),
              1e-4 * std::max(1.0, single.abs().max().item<double>()))
        << i;
  }
}

TEST_P(EveryNetwork, fusedAndPlainAgree) {
  const at::Tensor shown = picture(21, 26);
  const at::Tensor plain = session({.plain = true})->restore(shown);
  EXPECT_LT((session()->restore(shown) - plain).abs().max().item<double>(),
            GetParam().tolerance * std::max(1.0, plain.abs().max().item<double>()));
}

// The engine never shows them; whoever calls the bare network gets an answer of the right size, not a crash.
TEST_P(EveryNetwork, survivesWhatIsNotANumber) {
  const auto running = session();
  for (const float value : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1e30F}) {
    at::Tensor shown = picture(12, 16);
    shown[0][0][5][6] = value;
    EXPECT_EQ(running->restore(shown).sizes(), at::IntArrayRef({1, channels(), 12 * scale(), 16 * scale()}));
  }
  // And nothing of it stays behind.
  EXPECT_TRUE(at::isfinite(running->restore(picture(12, 16))).all().item<bool>());
}

TEST_P(EveryNetwork, refusesAnotherNumberOfChannels) {
  const auto running = session();
  EXPECT_THROW(running->restore(at::rand({1, channels() == 1 ? 3 : 1, 16, 16})), std::exception);
}

TEST_P(EveryNetwork, doesNotChangeItsInput) {
  const at::Tensor shown = picture(16, 24);
  const at::Tensor before = shown.clone();
  session()->restore(shown);
  EXPECT_TRUE(at::equal(shown, before));
}

// What it says decides whether tiles of a photo share them.
TEST_P(EveryNetwork, saysWhetherItComputesStatisticsOfTheWhole) {
  using Use = WholeStatistics::Use;
  const auto running = session();
  const at::Tensor shown = picture(24, 16);
  const at::Tensor whole = running->restore(shown);
  WholeStatistics statistics;
  for (const Use use : {Use::Gather, Use::Replay}) {
    const WholeStatistics::Scope scope(statistics, use);
    const at::Tensor result = running->restore(shown);
    EXPECT_EQ(!statistics.empty(), model_->describe(usableSettings(*model_)).wholeStatistics);
    if (GetParam().family == "MPRNet") continue;  // in a run of its own, halves and quarters have their own
    EXPECT_LT((result - whole).abs().max().item<double>(),
              GetParam().tolerance * std::max(1.0, whole.abs().max().item<double>()));
  }
}

/// Wants the run to end when it is asked the second time, where it is in a hurry.
class Hurrying : public Observer {
 public:
  bool stopRequested() const override { return ++asked > 1 && inHurry; }

  bool inHurry = false;
  mutable int asked = 0;
};

// A tile of a large network takes seconds: nobody waits for its last block.
TEST_P(EveryNetwork, stopsBetweenItsBlocks) {
  Hurrying observer;
  const auto running = model_->start(usableSettings(*model_), {}, observer);
  const at::Tensor shown = picture(16, 16);
  const at::Tensor whole = running->restore(shown);
  ASSERT_GE(observer.asked, 2) << "it has one block, or none that asks";
  observer.asked = 0;
  observer.inHurry = true;
  EXPECT_THROW(running->restore(shown), Stopped);
  EXPECT_EQ(observer.asked, 2) << "it went on";
  // And nothing of the half run stays behind.
  observer.inHurry = false;
  EXPECT_TRUE(at::allclose(running->restore(shown), whole, 1e-4, 1e-4));
}

/// Counts how often it is asked, which is once a block.
class Counting : public Observer {
 public:
  bool stopRequested() const override { return ++asked < 0; }

  mutable int asked = 0;
};

// Networks that invent are not averaged: the mean of inventions is a blur.
TEST_P(EveryNetwork, offersTheMeanOfEightViews) {
  Settings settings = usableSettings(*model_);
  ASSERT_EQ(settings.has("ensemble"), model_->descriptor().deterministic);
  if (!settings.has("ensemble")) return;
  const at::Tensor shown = picture(16, 24);
  const auto run = [&](const char* ensemble) {
    Counting observer;
    settings.set("ensemble", ensemble);
    const auto running = model_->start(settings, {}, observer);
    observer.asked = 0;
    const at::Tensor result = running->restore(shown);
    return std::pair(result, observer.asked);
  };
  const auto [once, blocks] = run("off");
  const auto [mean, blocksOfAll] = run("on");
  EXPECT_EQ(mean.sizes(), once.sizes());
  EXPECT_TRUE(at::isfinite(mean).all().item<bool>());
  EXPECT_EQ(blocksOfAll, 8 * blocks);
}

INSTANTIATE_TEST_SUITE_P(Families, EveryNetwork, testing::ValuesIn(smallConfigurations()),
                         [](const auto& test) { return nameOf(test.param); });
INSTANTIATE_TEST_SUITE_P(Successors, EveryNetwork, testing::ValuesIn(successorConfigurations()),
                         [](const auto& test) { return nameOf(test.param); });

}  // namespace
}  // namespace heirloom::tests
