// What a photo has still to read of a diffusion's folder, by count, and when that is told to be over.

#include "models/common/unread_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "models/common/kept_networks.h"
#include "models/registry.h"
#include "tests/models/instantir/held_weights.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

class UnreadWeights : public HeldWeights {
 protected:
  /// All files in float32.
  std::uint64_t written() const {
    const StateDict tensors = inspect(folder.path()).tensors;
    std::uint64_t bytes = 0;
    for (const auto& [name, entry] : tensors.entries())
      bytes += sizeof(float) * static_cast<std::uint64_t>(entry.numel());
    return bytes;
  }
};

INSTANTIATE_TEST_SUITE_P(Folders, UnreadWeights, testing::Bool());

TEST_P(UnreadWeights, areCountedUntilASessionLeftThemInTheirPlace) {
  const auto model = models::open(folder.path());
  const auto unread = [&](const char* weights, const Placement& placement = {}) {
    return bytesToRead(*model, settingsFor(*model, weights), placement);
  };
  Observer nobody;
  const auto run = [&](const char* weights) {
    model->start(settingsFor(*model, weights), {}, nobody)->restore(photo(64, 64));
  };
  const std::uint64_t all = written();
  EXPECT_GT(all, 1'000'000U);
  EXPECT_EQ(unread("resident"), all);
  run("resident");
  EXPECT_EQ(unread("resident"), 0U);
  EXPECT_EQ(unread("resident", {.precision = at::kBFloat16}), all);
  EXPECT_EQ(unread("offloaded"), all);
  EXPECT_EQ(unread("resident"), 0U);  // asking changes nothing
  releaseNetworks(*model);
  EXPECT_EQ(unread("resident"), all);
  run("offloaded");
  EXPECT_EQ(unread("offloaded"), all);
}

TEST_P(UnreadWeights, areReadBeforeTheStepsBeginAndBeforeAnyOfTheWorkIsDone) {
  struct Stages : Observer {
    void progress(const Message& stage, double fraction) override {
      stages.push_back(stage.english());
      fractions.push_back(fraction);
    }
    std::vector<std::string> stages;
    std::vector<double> fractions;
  };
  const auto model = models::open(folder.path());
  Stages told;
  model->start(settingsFor(*model, "resident"), {}, told)->restore(photo(64, 64));
  EXPECT_THAT(told.stages, testing::ElementsAre("reading the prompt", "encoding the photo", "reading the networks",
                                                "beginning with the steps", "step 1 of 3", "step 2 of 3", "step 3 of 3",
                                                "decoding"));
  EXPECT_EQ(told.fractions.at(3), told.fractions.at(1));
  EXPECT_GT(told.fractions.at(4), told.fractions.at(3));
}

}  // namespace
}  // namespace heirloom::tests
