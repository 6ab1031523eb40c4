// Settings that a run chooses, and those that photo and device decide.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/engine/run.h"
#include "core/quality/numpy_random.h"
#include "models/common/photo_work.h"
#include "tests/core/support/fake_network.h"
#include "tests/core/support/photos.h"

namespace heirloom::core {
namespace {

using tests::FakeNetwork;
using tests::identity;
using tests::photoOf;
using tests::runOn;
using tests::texturedPhoto;

TEST(Run, theNoiseLevelIsEstimatedWhenNobodySaysIt) {
  NumpyRandom random(0);
  const Photo photo = photoOf({256, 256, ColourModel::Rgb, false, SampleType::UInt8}, [&](auto x, auto, int) {
    return 0.5 + 0.2 * std::sin(static_cast<double>(x) / 40) + 20.0 / 255 * random.normal();
  });
  auto network = identity();
  network->own.parameters = {tests::noiseLevel()};
  const auto estimated = runOn(photo, network);
  ASSERT_TRUE(estimated.outcome.chosen.at(0).contains("noise_level"));
  EXPECT_NEAR(std::stod(estimated.outcome.chosen.at(0).at("noise_level")), 20, 1);
  EXPECT_NEAR(network->settings.real("noise_level"), 20, 1);

  std::get<models::RealRange>(network->own.parameters[0].range).maximum = 15;
  EXPECT_EQ(runOn(photo, network).outcome.chosen.at(0).at("noise_level"), "15.0");

  const auto told = runOn(photo, network, {}, {{"noise_level", "7"}});
  EXPECT_TRUE(told.outcome.chosen.at(0).empty());
  EXPECT_EQ(network->settings.real("noise_level"), 7);

  // A deblocker has no use for it.
  network->own.parameters[0].onlyWith = models::Condition{"task", "denoise"};
  network->own.parameters.push_back({"task", {}, {}, "", models::Choice{{"denoise", "deblock"}, "deblock"}});
  EXPECT_TRUE(runOn(photo, network).outcome.chosen.at(0).empty());
  EXPECT_FALSE(runOn(photo, network, {}, {{"task", "denoise"}}).outcome.chosen.at(0).empty());
}

TEST(Run, whatItChoseForEveryStepRepeatsIt) {
  NumpyRandom random(0);
  const Photo photo = photoOf({96, 96, ColourModel::Rgb, false, SampleType::UInt8}, [&](auto x, auto, int) {
    return 0.5 + 0.2 * std::sin(static_cast<double>(x) / 40) + 20.0 / 255 * random.normal();
  });
  const auto network = std::make_shared<tests::FakeNetwork>([&](const at::Tensor& picture, models::Observer&) {
    return 0.5 * picture;  // half of the noise is left for the second step
  });
  network->own.parameters = {tests::noiseLevel()};
  ModelLibrary library{{}};
  library.add("half", network);
  const Recipe recipe{{{"half", {}, 1}, {"half", {}, 1}}};
  RasterSink sink(SampleType::UInt16);
  tests::Diary diary;
  const Outcome outcome = run(library, recipe, photo, sink, diary, {.device = "cpu"});
  ASSERT_EQ(outcome.status, Outcome::Status::Done);
  ASSERT_EQ(outcome.chosen.size(), 2u);
  EXPECT_NEAR(std::stod(outcome.chosen[0].at("noise_level")), 20, 4);
  EXPECT_NEAR(std::stod(outcome.chosen[1].at("noise_level")), 10, 2);

  const Recipe repeated = withChosen(recipe, outcome.chosen);
  EXPECT_EQ(repeated.steps[0].settings, outcome.chosen[0]);
  EXPECT_EQ(repeated.steps[1].settings, outcome.chosen[1]);
  const Recipe told{{{"half", {{"noise_level", "3"}}, 1}}};
  EXPECT_EQ(withChosen(told, {{{"noise_level", "20"}}}), told);
}

/// Leaves the way to the photo, unless it is set.
class DecidingNetwork : public FakeNetwork, public models::DecidesByPhoto {
 public:
  DecidingNetwork() : FakeNetwork([](const at::Tensor& picture, models::Observer&) { return picture.clone(); }) {
    own.parameters = {{"way", HEIRLOOM_TEXT("test", "Way"), HEIRLOOM_TEXT("test", "through the network"), "",
                       models::Choice{{"auto", "wide", "tall"}, "auto"}}};
  }
  models::Settings decided(models::Settings asked, std::int64_t height, std::int64_t width,
                           const at::Device& device) const override {
    EXPECT_TRUE(device.is_cpu());
    if (asked.choice("way") == "auto") asked.set("way", std::string_view(height > width ? "tall" : "wide"));
    return asked;
  }
  models::PixelSize resultSize(const models::Settings&, models::PixelSize photo) const override { return photo; }
};

TEST(Run, whatPhotoAndDeviceDecideIsTold) {
  const auto decided = [](const Layout& layout, std::map<std::string, std::string> settings, bool stopped) {
    std::stop_source stop;
    if (stopped) stop.request_stop();
    RunOptions options;
    options.stop = stop.get_token();
    return runOn(texturedPhoto(layout), std::make_shared<DecidingNetwork>(), options, std::move(settings)).outcome;
  };
  using Texts = std::map<std::string, std::string>;
  const Layout tall{16, 32, ColourModel::Rgb, false, SampleType::UInt8};
  const Layout wide{32, 16, ColourModel::Rgb, false, SampleType::UInt8};
  const Outcome outcome = decided(tall, {}, false);
  ASSERT_EQ(outcome.decided.size(), 1U);
  EXPECT_EQ(outcome.decided.front(), (Texts{{"way", "tall"}}));
  EXPECT_TRUE(outcome.chosen.front().empty());
  EXPECT_EQ(outcome.placements, (std::vector<std::string>{"float32 on cpu"}));
  EXPECT_EQ(decided(wide, {}, false).decided.front(), (Texts{{"way", "wide"}}));
  // Nothing is left to decide, or no step began.
  EXPECT_TRUE(decided(tall, {{"way", "wide"}}, false).decided.front().empty());
  EXPECT_TRUE(decided(tall, {}, true).decided.empty());
}

}  // namespace
}  // namespace heirloom::core
