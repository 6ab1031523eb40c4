// How RestoreVAR's network is held from photo to photo, and what is said where it has no room.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "models/checkpoint/state_dict.h"
#include "models/common/error.h"
#include "models/common/kept_networks.h"
#include "models/registry.h"
#include "models/restorevar/cost.h"
#include "models/restorevar/placed_network.h"
#include "tests/models/restorevar/golden.h"
#include "tests/models/restorevar/restorevar_runs.h"
#include "tests/models/support/failing_allocator.h"
#include "tests/support/zeroed_weights.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

TEST_F(RestoreVarRuns, theNetworkStaysForTheNextPhotoUntilItsMemoryIsWanted) {
  settings.set("previews", "0");
  const auto run = [&](const Placement& placement = {}) {
    Observer nobody;
    return model->start(settings, placement, nobody)->restore(photo(64, 64)).clone();
  };
  EXPECT_FALSE(releaseNetworks(*model));
  const at::Tensor result = run();
  zeroWeights(folder.path());
  EXPECT_TRUE(at::equal(run(), result));  // nothing was read again
  EXPECT_TRUE(releaseNetworks(*model));
  EXPECT_FALSE(releaseNetworks(*model));
  EXPECT_FALSE(at::equal(run(), result));
}

TEST_F(RestoreVarRuns, anotherPlacementReadsTheNetworkAnew) {
  settings.set("previews", "0");
  Observer nobody;
  const auto run = [&](const Placement& placement) {
    return model->start(settings, placement, nobody)->restore(photo(64, 64)).clone();
  };
  const at::Tensor plain = run({.plain = true});
  const at::Tensor fused = run({});
  EXPECT_TRUE(at::equal(run({.plain = true}), plain));
  EXPECT_TRUE(at::equal(run({}), fused));
}

/// Why a run over `given` with so many bytes of memory fails; empty: it does not.
std::string complaintWith(std::int64_t bytes, const Restorer& model, const Settings& settings,
                          const at::Tensor& given) {
  Observer nobody;
  const auto session = model.start(settings, {}, nobody);
  FailingAllocator allocator(bytes);
  try {
    session->restore(given);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST_F(RestoreVarRuns, aMemoryThatIsTooSmallIsAClearErrorAndTheNextRunWorks) {
  settings.set("previews", "0");
  const at::Tensor square = photo(64, 64);
  EXPECT_EQ(complaintWith(100'000, *model, settings, square).find("this network needs about 1 GB of memory, and "), 0U);
  EXPECT_FALSE(releaseNetworks(*model)) << "what found no room is let go";
  Observer nobody;
  const at::Tensor result = model->start(settings, {}, nobody)->restore(square).clone();
  const std::string text = complaintWith(100'000, *model, settings, square);  // for a network that is there
  EXPECT_NE(text.find("close other programs"), std::string::npos) << text;
  EXPECT_TRUE(at::equal(model->start(settings, {}, nobody)->restore(square), result));
}

/// Takes all memory away once the picture is encoded: what comes next are the caches.
struct Narrowing : Observer {
  void progress(const Message& stage, double) override {
    stages.push_back(stage.english());
    if (allocator && stages.back() == "encoding") allocator->setBudget(0);
  }
  FailingAllocator* allocator = nullptr;
  std::vector<std::string> stages;
};

TEST_F(RestoreVarRuns, noMemoryForTheCachesIsAClearErrorAndTheNextRunWorks) {
  settings.set("previews", "0");
  const at::Tensor square = photo(64, 64);
  Observer nobody;
  const at::Tensor result = restored(square, nobody).clone();
  Narrowing narrowing;
  const auto session = model->start(settings, {}, narrowing);
  std::string text;
  {
    FailingAllocator allocator(std::int64_t{1} << 40);
    narrowing.allocator = &allocator;
    try {
      session->restore(square);
    } catch (const Error& error) {
      text = error.what();
    }
    narrowing.allocator = nullptr;
    EXPECT_EQ(allocator.refusals(), 1);
  }
  EXPECT_EQ(narrowing.stages, std::vector<std::string>{"encoding"});
  EXPECT_EQ(text.find("this network needs about "), 0U) << text;
  EXPECT_NE(text.find("close other programs"), std::string::npos) << text;
  EXPECT_TRUE(at::equal(session->restore(square), result));
}

TEST(RestoreVarMemory, ofThePublicNetworkIsWithinOneAndAHalfGigabytes) {
  // Measured: 2.94 GB with its weights.
  EXPECT_NEAR(static_cast<double>(squareBytes(RestoreVarConfig{})) / 1e9, 1.4, 0.1);
}

/// Counted with few channels, so that it takes a second: the pictures are as large as the public network's.
TEST(RestoreVarMemory, isWhatTheTensorsOfARunTakeAtMost) {
  const RestoreVarConfig config = tenScales();
  const torch::NoGradGuard noGrad;
  for (const at::ScalarType precision : {at::kFloat, at::kBFloat16}) {
    RestoreVarNetwork network = goldenNetwork(config, {.precision = precision});
    const at::Tensor picture = at::rand({1, 3, config.side(), config.side()});
    FailingAllocator allocator(std::int64_t{1} << 40);
    const std::int64_t before = allocator.spent();
    network->forward(picture);
    const auto most = static_cast<double>(allocator.peak() - before);
    const auto said = static_cast<double>(squareBytes(config));
    EXPECT_LE(most, said) << precision;
    EXPECT_GT(most, 0.4 * said) << precision;
  }
}

TEST_F(RestoreVarRuns, aNetworkThatHasNoRoomIsNotPlaced) {
  RestoreVarConfig huge = tinyRestoreVar();
  huge.vae.channels = 1 << 28;  // 26 TB of pictures
  const StateDict tensors = inspect(folder.path()).tensors;
  PlacedRestoreVar placed(tensors, huge, {});
  Observer nobody;
  try {
    placed.network(nobody);
    FAIL() << "placed";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("GB of memory, and"), std::string::npos) << error.what();
  }
  EXPECT_TRUE(placed.empty());
}

}  // namespace
}  // namespace heirloom::tests
