// Runs of InstantIR's folder with tiny networks.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "models/common/drawn_noise.h"
#include "models/common/error.h"
#include "models/common/savings.h"
#include "models/instantir/session_networks.h"
#include "models/registry.h"
#include "tests/models/instantir/instantir_folder.h"
#include "tests/models/instantir/watching.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;

TEST_F(InstantIrFolder, restoresByThePublishedProtocol) {
  const auto model = models::open(folder.path());
  Settings settings = smallSettings(*model);
  Watching watching;
  const auto session = model->start(settings, {}, watching);
  const at::Tensor result = session->restore(photo(80, 90));
  EXPECT_EQ(result.sizes().vec(), (std::vector<std::int64_t>{1, 3, 64, 64}));
  EXPECT_THAT(watching.indices, ElementsAre(0, 1, 2));
  EXPECT_EQ(watching.previews[0].sizes(), result.sizes());
  std::vector<std::string> names;
  for (const auto& [name, tensor] : watching.values) names.push_back(name);
  EXPECT_THAT(names, ElementsAre("latent.0", "latent.1", "change.1", "latent.2", "change.2"));
  watching = {};
  EXPECT_TRUE(at::equal(session->restore(photo(80, 90)), result));

  // Half of the steps go without the previewer, in which the published protocol shows nothing.
  settings.set("preview_start", "0.4");
  watching = {};
  session->change(settings);
  EXPECT_FALSE(at::equal(session->restore(photo(80, 90)), result));
  EXPECT_THAT(watching.indices, ElementsAre(2));
}

TEST_F(InstantIrFolder, aPersonSeesEveryStepOfAPhotoOfAnySize) {
  const auto model = models::open(folder.path());
  Settings settings = smallSettings(*model);
  settings.set("previews", "fast");
  settings.set("creative_start", "0.7");
  for (const char* size : {"whole", "tiles", "auto"}) {
    settings.set("size", size);
    Watching watching;
    const at::Tensor result = model->start(settings, {}, watching)->restore(photo(150, 100));
    EXPECT_EQ(result.sizes().vec(), (std::vector<std::int64_t>{1, 3, 150, 100})) << size;
    EXPECT_TRUE(result.isfinite().all().item<bool>());
    EXPECT_THAT(watching.indices, ElementsAre(0, 1, 2));
  }
}

TEST_F(InstantIrFolder, guidanceIsRescaledWhereThatIsSet) {
  writeTinySdxl(folder / "alone");
  for (const fs::path& place : {folder.path(), folder / "alone"}) {
    const auto model = models::open(place);
    Settings settings = smallSettings(*model);
    EXPECT_EQ(settings.real("guidance_rescale"), 0);
    Observer nobody;
    const auto session = model->start(settings, {}, nobody);
    const at::Tensor published = session->restore(photo(64, 64)).clone();
    settings.set("guidance_rescale", "0.7");
    session->change(settings);
    EXPECT_FALSE(at::equal(session->restore(photo(64, 64)), published)) << place;
    // Without guidance there is nothing to take back.
    settings.set("guidance", "1");
    session->change(settings);
    const at::Tensor unguided = session->restore(photo(64, 64)).clone();
    settings.set("guidance_rescale", "0");
    session->change(settings);
    EXPECT_TRUE(at::equal(session->restore(photo(64, 64)), unguided)) << place;
  }
}

TEST_F(InstantIrFolder, onePictureOfABatchIsWhatItIsAlone) {
  const auto model = models::open(folder.path());
  Observer nobody;
  const auto session = model->start(smallSettings(*model), {}, nobody);
  const at::Tensor both = session->restore(at::cat({photo(64, 64), photo(64, 64).flip(3)}));
  EXPECT_TRUE(at::equal(both.narrow(0, 1, 1), session->restore(photo(64, 64).flip(3))));
}

TEST_F(InstantIrFolder, aPhotoBeyondSixteenToOneGoesInTilesAndIsRefusedOtherwise) {
  const auto model = models::open(folder.path());
  Settings settings = smallSettings(*model);
  settings.set("steps", "1");
  settings.set("size", "tiles");
  Observer nobody;
  const auto session = model->start(settings, {}, nobody);
  const at::Tensor result = session->restore(photo(70, 1190));
  EXPECT_EQ(result.sizes().vec(), (std::vector<std::int64_t>{1, 3, 70, 1190}));
  EXPECT_TRUE(result.isfinite().all().item<bool>());
  settings.set("size", "whole");
  session->change(settings);
  try {
    session->restore(photo(70, 1190));
    FAIL() << "taken";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("1190 x 70 pixels is too narrow"));
  }
}

/// Counts how often words are read.
struct Reader : Observer {
  void progress(const Message& stage, double) override { readings += stage.english() == "reading the prompt"; }
  int readings = 0;
};

TEST_F(InstantIrFolder, wordsThatStayAreReadOnceUnlessThatIsSwitchedOff) {
  const auto model = models::open(folder.path());
  Reader reader;
  const auto session = model->start(smallSettings(*model), {}, reader);
  const at::Tensor result = session->restore(photo(64, 64)).clone();
  EXPECT_TRUE(at::equal(session->restore(photo(64, 64)), result));
  EXPECT_EQ(reader.readings, 1);
  const Without without(Saving::Constants);
  EXPECT_TRUE(at::equal(session->restore(photo(64, 64)), result));
  EXPECT_EQ(reader.readings, 2);
}

TEST_F(InstantIrFolder, whatIsSeenInNothingIsKeptUnlessThatIsSwitchedOff) {
  const c10::InferenceMode inference;
  const StateDict tensors = withPresentNames(inspect(folder.path()).tensors);
  SessionNetworks networks(tensors, readDiffusion(tensors).config.value(), {});
  const at::Tensor nothing = networks.seenInNothing();
  EXPECT_TRUE(networks.seenInNothing().is_same(nothing));
  const Without without(Saving::Constants);
  const at::Tensor again = networks.seenInNothing();
  EXPECT_FALSE(again.is_same(nothing));
  EXPECT_TRUE(at::equal(again, nothing));
}

TEST_F(InstantIrFolder, stopsAndRunsAgain) {
  const auto model = models::open(folder.path());
  Watching watching;
  watching.stopAfter = 2;
  const auto session = model->start(smallSettings(*model), {}, watching);
  EXPECT_THROW(session->restore(photo(64, 64)), Stopped);
  EXPECT_EQ(watching.previews.size(), 2);
  watching = {};
  session->restore(photo(64, 64));
  EXPECT_EQ(watching.previews.size(), 3);
}

TEST_F(InstantIrFolder, aRunThatEndsEarlyGivesTheFullPictureOfItsLastStep) {
  const auto model = models::open(folder.path());
  Settings settings = smallSettings(*model);
  EXPECT_EQ(settings.real("early_stop"), 0);
  // The last six of thirty steps, in which previews move little.
  settings.set("steps", "30");
  settings.set("strength", "0.2");
  settings.set("previews", "decoded");
  const auto run = [&](Observer& observer) {
    return model->start(settings, {}, observer)->restore(photo(64, 64)).clone();
  };
  Watching whole;
  const at::Tensor result = run(whole);
  ASSERT_EQ(whole.previews.size(), 6U);
  EXPECT_THAT(whole.notes, IsEmpty());
  std::vector<double> changes;  // changes[i]: of step i + 1, from 0
  for (const auto& [name, tensor] : whole.values) {
    if (name.starts_with("change.")) changes.push_back(tensor.max().item<double>());
  }
  ASSERT_EQ(changes.size(), 5U);
  const double bound = 1.01 * std::max(changes[2], changes[3]);
  ASSERT_LT(bound, 1);
  settings.set("early_stop", bound);
  std::size_t second = 1;  // of two in a row
  while (std::max(changes[second - 1], changes[second]) >= bound) ++second;

  Watching early;
  const at::Tensor stopped = run(early);
  EXPECT_EQ(early.previews.size(), second + 2);
  EXPECT_TRUE(at::equal(stopped, early.previews.back()));
  EXPECT_FALSE(at::equal(stopped, result));
  EXPECT_THAT(early.notes, ElementsAre(HasSubstr("step " + std::to_string(second + 2) + " of 6")));
  // However steps are shown.
  settings.set("previews", "fast");
  Keeping keeping, maker;
  EXPECT_TRUE(at::equal(run(keeping), stopped));
  ASSERT_EQ(keeping.kept.size(), second + 2);
  maker.start = keeping.kept.back();
  maker.only = true;
  EXPECT_TRUE(at::equal(run(maker), stopped));
}

TEST_F(InstantIrFolder, fusedAndHalfPrecisionStayNearThePlainTwin) {
  const auto model = models::open(folder.path());
  const Settings settings = smallSettings(*model);
  Observer nobody;
  const auto run = [&](const Placement& placement) {
    return model->start(settings, placement, nobody)->restore(photo(64, 64));
  };
  const at::Tensor exact = run({.plain = true});
  EXPECT_LT((run({}) - exact).abs().max().item<double>(), 1e-3);
  for (const at::ScalarType half : {at::kBFloat16, at::kHalf})
    EXPECT_LT((run({.precision = half}) - exact).abs().mean().item<double>(), 0.05) << half;
}

/// Draws as anybody does, and at one draw what is no number.
class SpoiltDraw : public NoiseSource {
 public:
  explicit SpoiltDraw(int draw) : spoilt_(draw) {}
  at::Tensor normal(at::IntArrayRef shape) override {
    const at::Tensor values = noise_.normal(shape);
    return drawn_++ == spoilt_ ? values * std::numeric_limits<float>::quiet_NaN() : values;
  }

 private:
  DrawnNoise noise_{1};
  int spoilt_, drawn_ = 0;
};

TEST_F(InstantIrFolder, valuesThatAreNoNumbersEndARunWhoseStepsBeforeStay) {
  writeTinySdxl(folder / "alone");
  for (const fs::path& place : {folder.path(), folder / "alone"}) {
    const auto model = models::open(place);
    Settings settings = smallSettings(*model);
    // Steps are numbered as their pictures are: from the first one that is run.
    for (const auto& [steps, strength] : {std::pair("3", "1"), std::pair("6", "0.5")}) {
      SCOPED_TRACE(place.string() + ' ' + steps);
      settings.set("steps", steps);
      settings.set("strength", strength);
      Watching watching;
      SpoiltDraw noise(2);  // the initial one, then one a step
      const auto session = model->start(settings, {}, watching, &noise);
      try {
        session->restore(photo(64, 64));
        FAIL() << "taken";
      } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("step 2 of 3"));
      }
      EXPECT_THAT(watching.indices, ElementsAre(0));
      EXPECT_TRUE(watching.previews.back().isfinite().all().item<bool>());
    }
  }
}

class InstantIrOnTime : public InstantIrFolder {};

/// Measures from when a block was entered last, which is before the step ends, to when the step's picture comes, in ms.
struct Waiting : Observer {
  using Clock = std::chrono::steady_clock;
  bool stopRequested() const override {
    entered = Clock::now();
    return false;
  }
  void preview(int, const at::Tensor&) override {
    waits.push_back(std::chrono::duration<double, std::milli>(Clock::now() - entered).count());
  }
  mutable Clock::time_point entered;
  std::vector<double> waits;
};

TEST_F(InstantIrOnTime, theFastPictureOfAStepComesWithinATenthOfASecond) {
  const auto model = models::open(folder.path());
  Settings settings = smallSettings(*model);
  settings.set("steps", "9");
  settings.set("previews", "fast");
  Waiting waiting;
  model->start(settings, {}, waiting)->restore(photo(128, 128));
  ASSERT_EQ(waiting.waits.size(), 9U);
  std::ranges::sort(waiting.waits);
  EXPECT_LT(waiting.waits[4], 100);
}

}  // namespace
}  // namespace heirloom::tests
