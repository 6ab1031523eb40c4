// How the networks of a diffusion are held where memory is short.

#include "models/instantir/weight_policy.h"

#include <c10/util/Exception.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstdint>
#include <limits>

#include "models/common/kept_networks.h"
#include "models/common/savings.h"
#include "models/cuda.h"
#include "models/registry.h"
#include "tests/models/instantir/held_weights.h"
#include "tests/models/instantir/watching.h"
#include "tests/models/support/failing_allocator.h"
#include "tests/support/zeroed_weights.h"

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
                                 .corrections = 464'000'000,
                                 .aggregator = 2'010'000'000,
                                 .vae = 167'000'000,
                                 .encoders = 2'244'000'000};

constexpr WeightBytes kInFloat32{.unet = 2 * kPublished.unet,
                                 .corrections = 2 * kPublished.corrections,
                                 .aggregator = 2 * kPublished.aggregator,
                                 .vae = 2 * kPublished.vae,
                                 .encoders = 2 * kPublished.encoders};

const Placement kOnGpu{.device = at::kCUDA, .precision = at::kBFloat16};

TEST(WeightPolicies, followWhatIsFree) {
  const ActivationBytes activations = activationBytes(1024 * 1024, kOnGpu);
  EXPECT_NEAR(static_cast<double>(activations.decoder), 2e9, 2e8);
  struct Row {
    std::uint64_t gigabytes;
    WeightPolicy policy;
  };
  for (const auto& [gigabytes, policy] :
       {Row{80, WeightPolicy::Merged}, Row{21, WeightPolicy::Merged}, Row{19, WeightPolicy::Resident},
        Row{14, WeightPolicy::Resident}, Row{13, WeightPolicy::Offloaded}, Row{11, WeightPolicy::Offloaded},
        Row{10, WeightPolicy::Streamed}, Row{8, WeightPolicy::Streamed}, Row{0, WeightPolicy::Streamed}})
    EXPECT_EQ(policyFor(gigabytes * kGigabyte, kPublished, activations), policy) << gigabytes;
  EXPECT_EQ(policyFor(std::uint64_t{20} << 30, kPublished, activations), WeightPolicy::Merged);
  // The least that is done has room on the smallest card that it is meant for, and in float32 on the processor takes 10
  // GB.
  EXPECT_LT(most(WeightPolicy::Streamed, kPublished, activations), 5 * kGigabyte);
  EXPECT_LT(most(WeightPolicy::Streamed, kInFloat32, activationBytes(1024 * 1024, {})), 10 * kGigabyte);
}

TEST(WeightPolicies, offloadedTakesElevenGigabytesOfACard) {
  EXPECT_LE(most(WeightPolicy::Offloaded, kPublished, activationBytes(1024 * 1024, kOnGpu)), 11 * kGigabyte);
}

// Measured by instantir_on_cpu.py: 18.98 GB of weights, and in the loop 0.9 GB beside them at most.
TEST(WeightPolicies, offloadedHasRoomForTheLoopOnTheProcessor) {
  const std::uint64_t said = most(WeightPolicy::Offloaded, kInFloat32, activationBytes(512 * 512, {}));
  EXPECT_GE(said, 19'880'000'000U);
  EXPECT_LE(said, 21 * kGigabyte);
}

TEST(WeightPolicies, theDecoderComputesInFloat32WhereTheOthersDoInFloat16) {
  const ActivationBytes half = activationBytes(1024 * 1024, {.device = at::kCUDA, .precision = at::kHalf});
  const ActivationBytes brain = activationBytes(1024 * 1024, kOnGpu);
  EXPECT_EQ(half.loop, brain.loop);
  EXPECT_EQ(half.decoder, 2 * brain.decoder);
}

TEST(WeightPolicies, aPictureOfAStepTakesNoMoreRoomThanTheLoop) {
  for (const std::int64_t pixels : {512 * 512, 1024 * 1024, 640 * 1536}) {
    const std::int64_t side = sideBesideLoop(pixels);
    EXPECT_GE(side, 256);
    EXPECT_LE(activationBytes(side * side, kOnGpu).decoder, activationBytes(pixels, kOnGpu).loop) << pixels;
  }
}

TEST(WeightPolicies, withoutPreviewerThereIsNothingToMerge) {
  WeightBytes painter = kPublished;
  painter.corrections = painter.aggregator = 0;
  EXPECT_EQ(policyFor(80 * kGigabyte, painter, {}), WeightPolicy::Resident);
}

TEST(WeightPolicies, eachTakesLessThanTheOneBefore) {
  const ActivationBytes activations = activationBytes(1024 * 1024, kOnGpu);
  const auto of = [&](WeightPolicy policy) { return most(policy, kPublished, activations); };
  EXPECT_GT(of(WeightPolicy::Merged), of(WeightPolicy::Resident));
  EXPECT_GT(of(WeightPolicy::Resident), of(WeightPolicy::Offloaded));
  EXPECT_GT(of(WeightPolicy::Offloaded), of(WeightPolicy::Streamed));
}

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
  EXPECT_TRUE(at::equal(run("beside"), offloaded));
  // With room for a second UNet the previewer is merged, which rounds otherwise.
  for (const char* weights : {"resident", "merged"})
    EXPECT_LT((run(weights) - offloaded).abs().max().item<double>(), 1e-3) << weights;
}

TEST_P(HeldWeights, stayForTheNextPhoto) {
  const auto model = models::open(folder.path());
  Observer nobody;
  const auto run = [&](const Restorer& by) {
    return by.start(settingsFor(by, "resident"), {}, nobody)->restore(photo(64, 64)).clone();
  };
  const at::Tensor result = run(*model);
  zeroWeights(folder.path());
  EXPECT_TRUE(at::equal(run(*model), result));  // nothing was read again
  // Of two sessions at a time one has to read.
  const auto beside = model->start(settingsFor(*model, "resident"), {}, nobody);
  EXPECT_FALSE(at::equal(run(*model), result));
  EXPECT_TRUE(at::equal(beside->restore(photo(64, 64)), result));
}

TEST_P(HeldWeights, onAGpuTheNextPhotoIsWhatItIsWithoutRecordings) {
  if (!openCuda().available) GTEST_SKIP() << "no GPU on this machine";
  const auto model = models::open(folder.path());
  Settings settings = settingsFor(*model, "resident");
  settings.set("steps", "6");
  Watching watching;
  const auto run = [&](const at::Tensor& picture) {
    return model->start(settings, {at::kCUDA}, watching)->restore(picture).clone();
  };
  run(photo(64, 64));
  // Of the same size with other words, and of another one.
  settings.set("prompt", "other words");
  for (const at::Tensor& next : {photo(64, 64).flip({3}), photo(64, 128), photo(64, 64)}) {
    const at::Tensor found = run(next);
    const Without recordings(Saving::Graphs);
    EXPECT_LT((found - run(next)).abs().max().item<double>(), 3e-2) << next.sizes();
  }
  EXPECT_THAT(watching.notes, IsEmpty());
}

/// Wants to stop when it is asked for the `last` time.
struct Impatient : Observer {
  explicit Impatient(int asks) : last(asks) {}
  bool stopRequested() const override { return ++asked >= last; }
  int last;
  mutable int asked = 0;
};

TEST_P(HeldWeights, areReadOnlyUntilAStopIsWanted) {
  const auto model = models::open(folder.path());
  const Settings settings = settingsFor(*model, "resident");
  const auto run = [&](Observer& observer) {
    return model->start(settings, {}, observer)->restore(photo(64, 64)).clone();
  };
  Impatient patient(std::numeric_limits<int>::max());
  const at::Tensor result = run(patient);
  releaseNetworks(*model);
  const int asks = patient.asked;  // of tensors, layers and blocks
  for (const int last : {1, asks / 50, asks / 8, asks / 4, asks / 2}) {
    Impatient impatient(last);
    EXPECT_THROW(run(impatient), Stopped) << last;
    EXPECT_EQ(impatient.asked, last);
    releaseNetworks(*model);
  }
  EXPECT_TRUE(at::equal(run(patient), result));
}

TEST_P(HeldWeights, goWhereTheMemoryIsWanted) {
  const auto model = models::open(folder.path());
  Observer nobody;
  const auto run = [&] {
    return model->start(settingsFor(*model, "resident"), {}, nobody)->restore(photo(64, 64)).clone();
  };
  EXPECT_FALSE(releaseNetworks(*model));
  const at::Tensor result = run();
  EXPECT_TRUE(releaseNetworks(*model));
  EXPECT_FALSE(releaseNetworks(*model));
  zeroWeights(folder.path());
  EXPECT_FALSE(at::equal(run(), result));
}

TEST_P(HeldWeights, goWithTheRestorer) {
  auto model = models::open(folder.path());
  FailingAllocator allocator(std::int64_t{1} << 40);
  Observer nobody;
  auto session = model->start(settingsFor(*model, "resident"), {}, nobody);
  session->restore(photo(64, 64));
  const std::int64_t open = allocator.spent();
  session.reset();
  EXPECT_GT(allocator.spent(), open / 2);
  model.reset();
  EXPECT_LT(allocator.spent(), open / 100);
  // One that is still open when the restorer goes takes them with it.
  model = models::open(folder.path());
  session = model->start(settingsFor(*model, "resident"), {}, nobody);
  session->restore(photo(64, 64));
  model.reset();
  session.reset();
  EXPECT_LT(allocator.spent(), open / 100);
}

TEST_P(HeldWeights, goOnWithLessWhereMemoryRunsOut) {
  const auto model = models::open(folder.path());
  Observer nobody;
  const at::Tensor expected =
      model->start(settingsFor(*model, "offloaded"), {}, nobody)->restore(photo(64, 64)).clone();
  releaseNetworks(*model);
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
  releaseNetworks(*model);
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
