// Runs that go on from kept steps, of InstantIR's folder and of SDXL's alone.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/common/error.h"
#include "models/cuda.h"
#include "models/registry.h"
#include "tests/models/instantir/diffusion_folder.h"
#include "tests/models/instantir/tiny_folder.h"
#include "tests/models/instantir/watching.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

using Step = std::shared_ptr<const KeptStep>;
using Model = std::shared_ptr<const Restorer>;
using Change = std::pair<const char*, const char*>;  // a setting and its value

class KeptSteps : public DiffusionFolder {
 protected:
  Model instantIr() const {
    writeTinyInstantIr(folder / "instantir");
    return models::open(folder / "instantir");
  }
  Model sdxl() const {
    writeTinySdxl(folder / "sdxl");
    return models::open(folder / "sdxl");
  }
  /// All steps of SDXL are run.
  static Settings wholeSettings(const Restorer& model) {
    Settings settings = smallSettings(model);
    settings.set("strength", "1");
    return settings;
  }
  static Settings with(Settings settings, const Change& change) {
    settings.set(change.first, std::string_view(change.second));
    return settings;
  }

  /// What a run makes that goes on from `step`.
  static at::Tensor fromStep(const Model& model, const Step& step, const Settings& settings,
                             const at::Tensor& picture) {
    Keeping then;
    then.start = step;
    return model->start(settings, {}, then)->restore(picture).clone();
  }
  /// What is said of such a run that is refused; empty: it is not.
  static std::string refusal(const Model& model, const Step& step, const Settings& settings,
                             const at::Tensor& picture) {
    try {
      fromStep(model, step, settings, picture);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  /// Behind a step nobody may change these.
  static void expectFixed(const Model& model, const Step& step, const Settings& settings, const at::Tensor& picture,
                          const std::vector<Change>& changes) {
    for (const Change& change : changes) {
      EXPECT_THAT(refusal(model, step, with(settings, change), picture), HasSubstr("another run")) << change.first;
      EXPECT_THAT(step->fixed(), Contains(std::string(change.first)));
    }
  }

  /// Every step of the run is kept, and a run in another session, as after a stop, goes on from each of them to the
  /// same bits.
  static void expectTheSameFromEveryStep(const Restorer& model, const Settings& settings, const at::Tensor& picture,
                                         std::size_t steps) {
    Keeping first;
    const at::Tensor whole = model.start(settings, {}, first)->restore(picture).clone();
    ASSERT_EQ(first.kept.size(), steps);
    for (std::size_t i = 0; i < steps; ++i) {
      const std::size_t left = steps - 1 - i;
      EXPECT_EQ(first.kept[i]->left(), static_cast<double>(left) / static_cast<double>(steps));
      EXPECT_GT(first.kept[i]->bytes(), 0U);
      Keeping then;
      then.start = first.kept[i];
      EXPECT_TRUE(at::equal(model.start(settings, {}, then)->restore(picture), whole)) << i;
      ASSERT_EQ(then.indices.size(), left);
      EXPECT_EQ(then.kept.size(), left);
      for (std::size_t k = 0; k < left; ++k) {
        EXPECT_EQ(then.indices[k], static_cast<int>(i + 1 + k));
        EXPECT_TRUE(at::equal(then.previews[k], first.previews[i + 1 + k]));
      }
    }
  }
};

TEST_F(KeptSteps, ofInstantIrAllLeadToTheSameBits) {
  const Model model = instantIr();
  Settings settings = smallSettings(*model);
  settings.set("steps", "4");
  settings.set("previews", "fast");
  settings.set("posterior", "sampled");  // which draws before the first step does
  for (const auto& [size, adaptive] : {std::pair("published", "off"), std::pair("whole", "compat"),
                                       std::pair("tiles", "stable"), std::pair("tiles", "compat")}) {
    settings.set("size", size);
    settings.set("adaptive", adaptive);
    SCOPED_TRACE(size + std::string(1, ' ') + adaptive);
    expectTheSameFromEveryStep(*model, settings, photo(150, 100), 4);
  }
}

TEST_F(KeptSteps, ofSdxlAllLeadToTheSameBits) {
  const Model model = sdxl();
  Settings settings = wholeSettings(*model);
  settings.set("steps", "4");
  settings.set("previews", "fast");
  settings.set("posterior", "sampled");
  for (const auto& [size, scheduler] : {std::pair("published", "ddpm"), std::pair("whole", "dpm++"),
                                        std::pair("tiles", "lcm"), std::pair("tiles", "ddim")}) {
    settings.set("size", size);
    settings.set("scheduler", scheduler);
    SCOPED_TRACE(size + std::string(1, ' ') + scheduler);
    expectTheSameFromEveryStep(*model, settings, photo(150, 100), 4);
  }
}

TEST_F(KeptSteps, ofInstantIrHaveAPictureThatIsMadeAsThatOfAWholeRun) {
  const Model model = instantIr();
  Settings settings = smallSettings(*model);
  const auto pictureOf = [&](const Step& step) {
    Keeping maker;
    maker.start = step;
    maker.only = true;
    const at::Tensor picture = model->start(settings, {}, maker)->restore(photo(150, 100)).clone();
    EXPECT_TRUE(maker.indices.empty());  // no step was run
    return picture;
  };
  // At the working size it is what the autoencoder makes of the latent that was shown.
  settings.set("previews", "decoded");
  Keeping published;
  model->start(settings, {}, published)->restore(photo(150, 100));
  ASSERT_EQ(published.kept.size(), 3U);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_TRUE(at::equal(pictureOf(published.kept[i]), published.previews[i])) << i;

  settings.set("previews", "fast");
  settings.set("colour_fix", "wavelet");
  settings.set("detail", "0.5");
  for (const char* size : {"published", "whole", "tiles"}) {
    settings.set("size", size);
    Keeping first;
    const at::Tensor whole = model->start(settings, {}, first)->restore(photo(150, 100)).clone();
    ASSERT_EQ(first.kept.size(), 3U) << size;
    EXPECT_TRUE(at::equal(pictureOf(first.kept.back()), whole)) << size;
    const at::Tensor early = pictureOf(first.kept.front());
    EXPECT_EQ(early.sizes(), whole.sizes());
    EXPECT_FALSE(at::equal(early, whole));

    const auto alone = first.kept.front()->pictureAlone();
    ASSERT_NE(alone, nullptr);
    EXPECT_LT(alone->bytes(), first.kept.front()->bytes());
    EXPECT_EQ(alone->pictureAlone(), nullptr);
    EXPECT_EQ(alone->left(), 0);
    EXPECT_TRUE(at::equal(pictureOf(alone), early)) << size;
    EXPECT_THROW(fromStep(model, alone, settings, photo(150, 100)), Error);
  }
}

TEST_F(KeptSteps, ofInstantIrLetWordsChangeAndSizesNot) {
  const Model model = instantIr();
  const Settings settings = smallSettings(*model);
  const at::Tensor picture = photo(64, 64);
  Keeping first;
  const at::Tensor whole = model->start(settings, {}, first)->restore(picture).clone();
  EXPECT_LT(first.kept.back()->bytes(), 4'096U);  // of 8 x 8 latents, without what only AdaRes looks at again
  const Step step = first.kept[1];
  for (const Change& change : {Change("prompt", "another one"), Change("guidance", "1"),
                               Change("creative_start", "0.1"), Change("adaptive", "compat")}) {
    const at::Tensor result = fromStep(model, step, with(settings, change), picture);
    EXPECT_TRUE(result.isfinite().all().item<bool>());
    // The adaptive weight of the last step comes from the step before, which ran without.
    EXPECT_EQ(at::equal(result, whole), change.first == std::string("adaptive")) << change.first;
  }
  EXPECT_THAT(refusal(model, step, settings, picture.flip(3)), HasSubstr("another run"));
  EXPECT_THAT(refusal(model, step, settings, at::cat({picture, picture})), HasSubstr("another run"));
  expectFixed(model, step, settings, picture,
              {{"steps", "5"}, {"seed", "7"}, {"max_side", "192"}, {"strength", "0.5"}, {"size", "tiles"}});
}

TEST_F(KeptSteps, ofAPhotoThatGoesInTilesOnAGpuStayOnTheProcessor) {
  if (!openCuda().available) GTEST_SKIP() << "no GPU on this machine";
  const at::Tensor picture = photo(200, 150);
  for (const Model& model : {instantIr(), sdxl()}) {
    const Settings settings = with(wholeSettings(*model), {"size", "auto"});
    Keeping first;
    model->start(settings, {}, first)->restore(picture);
    for (const bool only : {false, true}) {
      Keeping then;
      then.start = first.kept.front();
      then.only = only;
      try {
        model->start(settings, {at::Device(at::kCUDA, 0)}, then)->restore(picture);
        ADD_FAILURE() << "taken";
      } catch (const Error& error) {
        EXPECT_THAT(error.what(), AllOf(HasSubstr("another run"), HasSubstr("device")));
      }
    }
  }
}

TEST_F(KeptSteps, ofSdxlLetWordsChangeAndSizesNot) {
  const Model model = sdxl();
  const Settings settings = wholeSettings(*model);
  const at::Tensor picture = photo(64, 64);
  Keeping first;
  const at::Tensor whole = model->start(settings, {}, first)->restore(picture).clone();
  ASSERT_EQ(first.kept.size(), 3U);
  const Step step = first.kept[1];
  EXPECT_TRUE(at::equal(fromStep(model, step, settings, picture), whole));
  for (const Change& change : {Change("prompt", "another one"), Change("guidance", "1")})
    EXPECT_FALSE(at::equal(fromStep(model, step, with(settings, change), picture), whole)) << change.first;
  EXPECT_THAT(refusal(model, step, settings, picture.flip(3)), HasSubstr("another run"));
  expectFixed(model, step, settings, picture,
              {{"steps", "5"}, {"seed", "7"}, {"scheduler", "dpm++"}, {"strength", "0.5"}, {"size", "tiles"}});

  // InstantIR's steps are others, and its networks cannot go on from these.
  const Model restoring = instantIr();
  Settings own = smallSettings(*restoring);
  own.set("adaptive", "stable");
  EXPECT_THAT(refusal(restoring, step, own, picture), HasSubstr("another run"));
}

TEST_F(KeptSteps, areNotMadeForThoseWhoDoNotWantThem) {
  const Model model = instantIr();
  Keeping nobody;
  nobody.wants = false;
  model->start(smallSettings(*model), {}, nobody)->restore(photo(64, 64));
  EXPECT_TRUE(nobody.kept.empty());
}

}  // namespace
}  // namespace heirloom::tests
