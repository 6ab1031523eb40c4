// How the networks of a diffusion come and go within a session, and what it tells of that.

#include "models/instantir/session_networks.h"

#include <c10/util/Exception.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/checkpoint/state_dict.h"
#include "models/common/error.h"
#include "models/common/kept_networks.h"
#include "models/common/notes.h"
#include "models/common/savings.h"
#include "models/instantir/reading.h"
#include "models/instantir/weight_policy.h"
#include "models/registry.h"
#include "models/sdxl/vae.h"
#include "tests/models/instantir/held_weights.h"
#include "tests/models/instantir/watching.h"
#include "tests/models/support/failing_allocator.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using testing::StrEq;

/// The networks alone, told what a photo takes.
class SessionWeights : public HeldWeights {
 protected:
  static constexpr std::int64_t kSmall = 64 * 64, kBeyondAllMemory = std::int64_t{1} << 40;  // pixels
  SessionNetworks networks() const {
    const StateDict tensors = withPresentNames(inspect(folder.path()).tensors);
    return {tensors, readDiffusion(tensors).config.value(), {}};
  }
  /// As a run does that goes to its end.
  static void placeAll(SessionNetworks& held) {
    held.vae();
    held.textEncoders();
    if (held.config().restoring) {
      held.restorers();
      held.seenInNothing();
    } else {
      held.painter();
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Folders, SessionWeights, testing::Bool());

TEST_P(SessionWeights, theAutoencoderIsNeverFloat16) {
  const StateDict tensors = withPresentNames(inspect(folder.path()).tensors);
  const auto holds = [](torch::nn::Module& network, at::ScalarType precision) {
    return std::ranges::any_of(network.parameters(), [&](const at::Tensor& x) { return x.scalar_type() == precision; });
  };
  for (const at::ScalarType precision : {at::kHalf, at::kBFloat16}) {
    SessionNetworks held(tensors, readDiffusion(tensors).config.value(), {.precision = precision, .plain = true});
    EXPECT_TRUE(holds(*held.textEncoders().front().network, precision));
    EXPECT_EQ(holds(*held.vae(), precision), precision == at::kBFloat16);
  }
}

TEST_P(SessionWeights, makeRoomForALargerPhoto) {
  SessionNetworks held = networks();
  Watching watching;
  held.hold(WeightChoice::Resident, kSmall, watching);
  EXPECT_TRUE(held.empty());
  placeAll(held);
  const std::weak_ptr<torch::nn::Module> vae = held.vae().ptr();
  held.endSession();
  held.hold(WeightChoice::Resident, kSmall, watching);
  EXPECT_FALSE(vae.expired());
  held.endSession();
  held.hold(WeightChoice::Resident, kBeyondAllMemory, watching);
  EXPECT_TRUE(vae.expired());
  EXPECT_TRUE(held.empty());
}

TEST_P(SessionWeights, arePlacedAnewForMapsOfAnotherLayout) {
  SessionNetworks held = networks();
  Observer nobody;
  held.hold(WeightChoice::Resident, kSmall, nobody);
  placeAll(held);
  {
    const Without without(Saving::Layout);
    held.hold(WeightChoice::Resident, kSmall, nobody);
    EXPECT_TRUE(held.empty());
    placeAll(held);
    held.hold(WeightChoice::Resident, kSmall, nobody);
    EXPECT_FALSE(held.empty());
  }
  held.hold(WeightChoice::Resident, kSmall, nobody);
  EXPECT_TRUE(held.empty());
}

TEST_P(SessionWeights, goWithASessionThatDidNotPlaceThemAll) {
  SessionNetworks held = networks();
  Observer nobody;
  held.hold(WeightChoice::Automatic, kSmall, nobody);
  held.vae();
  held.endSession();
  EXPECT_TRUE(held.empty());
}

TEST_P(SessionWeights, tellEverySessionThatTheyComeAndGo) {
  SessionNetworks held = networks();
  for (int session = 0; session < 2; ++session) {
    Watching watching;
    held.hold(WeightChoice::Resident, kSmall, watching);
    EXPECT_THAT(watching.notes, IsEmpty());
    // As a GPU says it.
    held.withRoom([&] {
      held.vae();
      if (held.policy() < WeightPolicy::Offloaded) TORCH_CHECK_WITH(OutOfMemoryError, false, "full");
      return 0;
    });
    EXPECT_THAT(watching.notes, ElementsAre(HasSubstr("read anew"))) << session;
    EXPECT_EQ(held.policy(), WeightPolicy::Offloaded);
    held.endSession();
    EXPECT_TRUE(held.empty());  // the next photo may have more room
  }
}

TEST_P(SessionWeights, sayHowTheyAreHeld) {
  SessionNetworks held = networks();
  struct Row {
    WeightChoice choice;
    const char* words;
  };
  for (const auto& [choice, words] : {Row{WeightChoice::Offloaded, "encoders and autoencoder come and go"},
                                      Row{WeightChoice::Streamed, "the networks are read block by block"},
                                      Row{WeightChoice::Merged, "all networks stay in memory"},
                                      Row{WeightChoice::Beside, "all networks stay in memory"},
                                      Row{WeightChoice::Resident, "all networks stay in memory"}}) {
    // Where nothing changes from run to run, too.
    for (int run = 0; run < 2; ++run) {
      Watching watching;
      held.hold(choice, kSmall, watching);
      EXPECT_THAT(watching.ways, ElementsAre(StartsWith(words)));
    }
  }
  Watching watching;
  held.hold(WeightChoice::Resident, kSmall, watching);
  held.withRoom([&] {
    if (held.policy() < WeightPolicy::Streamed) TORCH_CHECK_WITH(OutOfMemoryError, false, "full");
    return 0;
  });
  ASSERT_GE(watching.ways.size(), 3U);
  EXPECT_THAT(watching.ways[watching.ways.size() - 2], HasSubstr("come and go"));
  EXPECT_THAT(watching.ways.back(), HasSubstr("block by block"));
}

TEST_P(SessionWeights, haveThePreviewerMergedOrBesideAsIsAsked) {
  SessionNetworks held = networks();
  Watching watching;
  // SDXL alone has none.
  const bool restores = held.config().restoring.has_value();
  held.hold(WeightChoice::Merged, kBeyondAllMemory, watching);
  EXPECT_EQ(held.policy(), restores ? WeightPolicy::Merged : WeightPolicy::Resident);
  if (restores) {
    EXPECT_FALSE(held.restorers().previewer.is_empty());
  }
  held.hold(WeightChoice::Beside, kSmall, watching);
  EXPECT_EQ(held.policy(), WeightPolicy::Resident);
  if (restores) {
    EXPECT_TRUE(held.restorers().previewer.is_empty());
  }
  EXPECT_THAT(watching.notes, IsEmpty());
  EXPECT_THAT(watching.ways.back(), StrEq("all networks stay in memory"));
}

TEST_P(SessionWeights, makeRoomForTheDecoderWhereTheyComeAndGo) {
  SessionNetworks held = networks();
  Observer nobody;
  for (const auto& [choice, gone] :
       {std::pair(WeightChoice::Offloaded, true), std::pair(WeightChoice::Beside, false)}) {
    held.hold(choice, kSmall, nobody);
    placeAll(held);
    held.offload();
    EXPECT_FALSE(held.empty());
    held.offloadLoop();
    EXPECT_EQ(held.empty(), gone);
    // As a run does that was stopped before.
    placeAll(held);
    held.offload();
    held.hold(choice, kSmall, nobody);
    EXPECT_EQ(held.empty(), gone);
  }
}

TEST_P(SessionWeights, areRefusedWhereTheProcessorsMemoryIsTooSmallForAnyWay) {
  SessionNetworks held = networks();
  Observer nobody;
  try {
    held.hold(WeightChoice::Automatic, kBeyondAllMemory, nobody);
    FAIL() << "taken";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("needs about 439804"), HasSubstr("GB are free"), HasSubstr("max_side")));
  }
  // A smaller photo is taken then.
  held.hold(WeightChoice::Automatic, kSmall, nobody);
  EXPECT_LE(held.policy(), WeightPolicy::Resident);
}

/// Makes a picture or that of a step, and says when it encodes the one and decodes the other.
struct Maker : Keeping, NoteTaker {
  void note(const Message& message) override {
    notes.push_back(message.english());
    if (noted) noted();
  }
  void value(const std::string&, const at::Tensor& tensor) override { last = tensor; }
  void progress(const Message& stage, double) override {
    if (encoding && stage.english() == "encoding the photo") encoding();
    if (decoding && stage.english() == "decoding") decoding();
  }
  std::vector<std::string> notes;
  at::Tensor last;  // latent of the run that kept the step
  std::function<void()> encoding, decoding, noted;
};

TEST_P(SessionWeights, stayWhereSmallerTilesOfTheDecoderFit) {
  const auto model = models::open(folder.path());
  Settings settings = settingsFor(*model, "resident");
  settings.set("steps", "1");
  settings.set("max_side", "512");
  settings.set("previews", "fast");
  const at::Tensor large = photo(512, 512);
  Maker first;
  const at::Tensor whole = model->start(settings, {}, first)->restore(large).clone();
  ASSERT_EQ(first.kept.size(), 1U);
  SessionNetworks held = networks();
  const at::Tensor tiled = [&] {
    const c10::InferenceMode inference;
    const at::Tensor latent = first.last / held.config().vae.scaling;
    return decodeInTiles(held.vae(), latent, {.side = 32, .overlap = 32}).div(2).add(0.5).clamp(0, 1);
  }();
  EXPECT_FALSE(at::equal(tiled, whole));
  // A tile needs about a quarter of it, so that it has room in the first budget that is too small.
  std::int64_t budget = std::int64_t{1} << 30;
  for (bool refused = false; !refused; budget /= 2) {
    ASSERT_GT(budget, 1'000'000);
    FailingAllocator allocator(std::int64_t{1} << 40);
    Maker maker;
    maker.start = first.kept.front();
    maker.only = true;
    maker.decoding = [&] { allocator.setBudget(budget); };
    const at::Tensor made = model->start(settings, {}, maker)->restore(large);
    refused = allocator.refusals() > 0;
    EXPECT_TRUE(at::equal(made, refused ? tiled : whole)) << budget;
    if (refused)
      EXPECT_THAT(maker.notes, ElementsAre(HasSubstr("tiles of 256 pixels")));  // and no other way of the weights
    else
      EXPECT_THAT(maker.notes, IsEmpty());
  }
  // The next photo may have more room.
  Maker again;
  again.start = first.kept.front();
  again.only = true;
  EXPECT_TRUE(at::equal(model->start(settings, {}, again)->restore(large), whole));
}

TEST_P(SessionWeights, stayWhereSmallerTilesOfTheEncoderFit) {
  const auto model = models::open(folder.path());
  Settings settings = settingsFor(*model, "beside");
  settings.set("steps", "1");
  settings.set("max_side", "512");
  settings.set("previews", "off");
  const at::Tensor large = photo(512, 512);
  const auto run = [&](Maker& maker) { return model->start(settings, {}, maker)->restore(large).clone(); };
  Maker first;
  const at::Tensor whole = run(first);  // its networks stay for the next ones
  {
    FailingAllocator allocator(std::int64_t{1} << 40);
    Maker maker;
    maker.encoding = [&] { allocator.setBudget(1'000'000); };
    maker.noted = [&] { allocator.setBudget(std::int64_t{1} << 40); };
    EXPECT_FALSE(at::equal(run(maker), whole));
    EXPECT_GT(allocator.refusals(), 0);
    EXPECT_THAT(maker.notes,
                ElementsAre(HasSubstr("encoded in tiles of 256 pixels")));  // and no other way of the weights
    maker = {};
    releaseNetworks(*model);
  }
  // The next photo may have more room.
  Maker again;
  EXPECT_TRUE(at::equal(run(again), whole));
}

TEST_P(SessionWeights, thatComeAndGoShowTheStepsInTilesAndTheResultWhole) {
  const auto model = models::open(folder.path());
  const auto run = [&](const char* weights, Watching& watching) {
    Settings settings = settingsFor(*model, weights);
    settings.set("steps", "2");
    settings.set("max_side", "512");
    settings.set("previews", "decoded");
    return model->start(settings, {}, watching)->restore(photo(512, 512)).clone();
  };
  Watching beside, offloaded;
  EXPECT_TRUE(at::equal(run("beside", beside), run("offloaded", offloaded)));
  EXPECT_THAT(beside.notes, IsEmpty());
  EXPECT_THAT(offloaded.notes, ElementsAre(HasSubstr("pictures of the steps are decoded in tiles of 256 pixels")));
  ASSERT_EQ(beside.previews.size(), 2U);
  ASSERT_EQ(offloaded.previews.size(), 2U);
  EXPECT_FALSE(at::equal(beside.previews.front(), offloaded.previews.front()));
}

TEST_P(SessionWeights, thatComeAndGoAreGoneWhenTheResultIsDecoded) {
  const auto spent = [&](const char* weights) {
    const auto model = models::open(folder.path());
    Settings settings = settingsFor(*model, weights);
    settings.set("previews", "off");
    FailingAllocator allocator(std::int64_t{1} << 40);
    std::int64_t then = 0;
    {
      Maker maker;
      maker.decoding = [&] { then = allocator.spent(); };
      model->start(settings, {}, maker)->restore(photo(64, 64));
    }
    releaseNetworks(*model);
    return then;
  };
  EXPECT_LT(spent("offloaded"), spent("beside") / 10);
}

}  // namespace
}  // namespace heirloom::tests
