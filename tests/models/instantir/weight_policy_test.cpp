// How the networks of a diffusion are held where memory is short.

#include "models/instantir/weight_policy.h"

#include <c10/util/Exception.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "models/instantir/session_networks.h"
#include "tests/models/instantir/diffusion_folder.h"
#include "tests/models/instantir/tiny_folder.h"
#include "tests/models/instantir/watching.h"
#include "tests/models/support/failing_allocator.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint64_t kGigabyte = 1'000'000'000;

/// The published networks in 16 bits.
constexpr WeightBytes kPublished{.unet = 6'835'000'000,
                                 .branch = 1'700'000'000,
                                 .corrections = 464'000'000,
                                 .aggregator = 2'010'000'000,
                                 .vae = 167'000'000,
                                 .encoders = 2'244'000'000};

TEST(WeightPolicies, followWhatIsFree) {
  const std::uint64_t activations = activationBytes(1024 * 1024, {.precision = at::kBFloat16});
  EXPECT_NEAR(static_cast<double>(activations), 2e9, 2e8);
  struct Row {
    std::uint64_t gigabytes;
    WeightPolicy policy;
  };
  for (const auto& [gigabytes, policy] :
       {Row{80, WeightPolicy::Merged}, Row{21, WeightPolicy::Merged}, Row{19, WeightPolicy::Resident},
        Row{15, WeightPolicy::Resident}, Row{12, WeightPolicy::Offloaded}, Row{8, WeightPolicy::Streamed},
        Row{0, WeightPolicy::Streamed}})
    EXPECT_EQ(policyFor(gigabytes * kGigabyte, kPublished, activations), policy) << gigabytes;
  // The least that is done has room on the smallest card that it is meant for.
  EXPECT_LT(most(WeightPolicy::Streamed, kPublished) + activations, 6 * kGigabyte);
}

TEST(WeightPolicies, withoutPreviewerThereIsNothingToMerge) {
  WeightBytes painter = kPublished;
  painter.corrections = painter.aggregator = painter.branch = 0;
  EXPECT_EQ(policyFor(80 * kGigabyte, painter, 0), WeightPolicy::Resident);
}

TEST(WeightPolicies, eachTakesLessThanTheOneBefore) {
  const auto of = [](WeightPolicy policy) { return most(policy, kPublished); };
  EXPECT_GT(of(WeightPolicy::Merged), of(WeightPolicy::Resident));
  EXPECT_GT(of(WeightPolicy::Resident), of(WeightPolicy::Offloaded));
  EXPECT_GT(of(WeightPolicy::Offloaded), of(WeightPolicy::Streamed));
}

/// Both folders: InstantIR's, and SDXL alone.
class HeldWeights : public DiffusionFolder, public testing::WithParamInterface<bool> {
 protected:
  HeldWeights() { GetParam() ? writeTinyInstantIr(folder.path()) : writeTinySdxl(folder.path()); }

  static Settings settingsFor(const Restorer& model, const char* weights) {
    Settings settings = smallSettings(model);
    settings.set("strength", "1");
    settings.set("weights", weights);
    return settings;
  }
};

INSTANTIATE_TEST_SUITE_P(Folders, HeldWeights, testing::Bool());

TEST_P(HeldWeights, giveTheSameBitsInEveryWay) {
  const auto model = models::open(folder.path());
  const auto run = [&](const char* weights) {
    Watching watching;
    const at::Tensor result = model->start(settingsFor(*model, weights), {}, watching)->restore(photo(64, 64));
    EXPECT_THAT(watching.notes, IsEmpty()) << weights;  // it is what was asked for
    return result;
  };
  const at::Tensor offloaded = run("offloaded");
  EXPECT_TRUE(at::equal(run("streamed"), offloaded));
  // With room for a second UNet the previewer is merged, which rounds otherwise.
  EXPECT_LT((run("resident") - offloaded).abs().max().item<double>(), 1e-3);
}

TEST_P(HeldWeights, goOnWithLessWhereMemoryRunsOut) {
  const auto model = models::open(folder.path());
  Observer nobody;
  const at::Tensor expected =
      model->start(settingsFor(*model, "offloaded"), {}, nobody)->restore(photo(64, 64)).clone();
  FailingAllocator allocator(std::int64_t{1} << 40);
  Watching watching;
  watching.shown = [&](int index) {
    if (index == 1) allocator.setBudget(0);
  };
  {
    const auto session = model->start(settingsFor(*model, "offloaded"), {}, watching);
    EXPECT_TRUE(at::equal(session->restore(photo(64, 64)), expected));
    EXPECT_GT(allocator.refusals(), 0);
    EXPECT_THAT(watching.notes, ElementsAre(HasSubstr("block by block")));
    // Nothing is told twice.
    EXPECT_THAT(watching.indices, ElementsAre(0, 1, 2));
  }
  watching = {};
}

TEST_P(HeldWeights, giveUpWhereNothingIsLeftToGive) {
  const auto model = models::open(folder.path());
  FailingAllocator allocator(1'000'000);
  Watching watching;
  const auto session = model->start(settingsFor(*model, "resident"), {}, watching);
  EXPECT_THROW(session->restore(photo(64, 64)), c10::Error);
  EXPECT_THAT(watching.notes, Contains(HasSubstr("block by block")));
  // Everybody else's memory is still there: the same session works again.
  allocator.setBudget(std::int64_t{1} << 40);
  EXPECT_EQ(session->restore(photo(64, 64)).numel(), 3 * 64 * 64);
}

}  // namespace
}  // namespace heirloom::tests
