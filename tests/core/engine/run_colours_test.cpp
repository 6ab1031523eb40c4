// What a run makes of a photo's colours, depth and alpha.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/colour/working_colour.h"
#include "core/engine/run.h"
#include "tests/core/support/fake_network.h"
#include "tests/core/support/photos.h"
#include "tests/photo/profiles.h"

namespace heirloom::core {
namespace {

using tests::brighter;
using tests::FakeNetwork;
using tests::identity;
using tests::largestDifference;
using tests::photoOf;
using tests::runOn;
using tests::texturedPhoto;
using Status = Outcome::Status;

struct Kind {
  std::string name;
  Layout layout;
  std::string profile = {};
};

/// Every profile at 8 and 16 bits.
std::vector<Kind> profiledKinds() {
  std::vector<Kind> kinds;
  for (const tests::NamedProfile& profile : tests::profiles()) {
    for (const auto& [depth, type] : {std::pair{"8", SampleType::UInt8}, std::pair{"16", SampleType::UInt16}}) {
      std::string name = profile.name + depth;
      std::erase_if(name, [](char letter) { return letter == ' ' || letter == '.'; });
      kinds.push_back({name, {61, 47, profile.model, false, type}, profile.name});
    }
  }
  return kinds;
}

class IdentityNetwork : public testing::TestWithParam<Kind> {};

TEST_P(IdentityNetwork, changesNothing) {
  Photo photo = texturedPhoto(GetParam().layout);
  if (!GetParam().profile.empty()) photo.iccProfile = tests::profile(GetParam().profile);
  for (const int channels : {1, 3}) {
    const auto finished = runOn(photo, identity(channels), {.tile = 24});
    ASSERT_EQ(finished.outcome.status, Status::Done) << finished.outcome.error->what();
    const auto saved = blend(*photo.raster, *finished.raster, 1);
    EXPECT_EQ(saved->layout(), photo.raster->layout());
    const double allowed = GetParam().layout.type == SampleType::Float32 ? 1e-5 : 1;
    EXPECT_LE(largestDifference(*photo.raster, *saved), allowed) << channels << " channels";
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, IdentityNetwork,
                         testing::Values(Kind{"rgb8", {61, 47, ColourModel::Rgb, false, SampleType::UInt8}},
                                         Kind{"rgb16", {61, 47, ColourModel::Rgb, false, SampleType::UInt16}},
                                         Kind{"rgbFloat", {61, 47, ColourModel::Rgb, false, SampleType::Float32}},
                                         Kind{"rgba8", {61, 47, ColourModel::Rgb, true, SampleType::UInt8}},
                                         Kind{"grey16", {61, 47, ColourModel::Grey, false, SampleType::UInt16}},
                                         Kind{"grey8", {61, 47, ColourModel::Grey, false, SampleType::UInt8}},
                                         Kind{"greyFloat", {61, 47, ColourModel::Grey, false, SampleType::Float32}},
                                         Kind{"greyAlpha16", {61, 47, ColourModel::Grey, true, SampleType::UInt16}},
                                         Kind{"cmyk8", {61, 47, ColourModel::Cmyk, false, SampleType::UInt8}},
                                         Kind{"onePixel", {1, 1, ColourModel::Rgb, false, SampleType::UInt8}},
                                         Kind{"oneRow", {1000, 1, ColourModel::Rgb, false, SampleType::UInt8}}),
                         [](const auto& tested) { return tested.param.name; });
INSTANTIATE_TEST_SUITE_P(Profiles, IdentityNetwork, testing::ValuesIn(profiledKinds()),
                         [](const auto& tested) { return tested.param.name; });

TEST(RunColours, resultsOfEightBitSourcesAreKeptInSixteen) {
  const Photo photo = texturedPhoto({20, 20, ColourModel::Rgb, false, SampleType::UInt8});
  const auto finished = runOn(photo, brighter(0.3 / 255));
  EXPECT_EQ(finished.raster->layout().type, SampleType::UInt16);
  const float change = tests::samplesOf(*finished.raster)[0] - tests::samplesOf(*photo.raster)[0];
  EXPECT_NEAR(change, 0.3 / 255, 1e-5);  // less than half a code value of 8 bits is not lost yet
}

TEST(RunColours, whatTheNetworkWasNotShownIsAddedBack) {
  const Photo photo = photoOf({40, 30, ColourModel::Rgb, false, SampleType::Float32}, [](auto x, auto y, int) {
    return -0.5 + 0.05 * static_cast<double>(x) + 0.01 * static_cast<double>(y);
  });
  auto network = brighter(0.125);
  network->keep = true;
  const auto finished = runOn(photo, network);
  ASSERT_EQ(finished.outcome.status, Status::Done);
  EXPECT_GE(network->shown.at(0).min().item<float>(), 0);
  EXPECT_LE(network->shown.at(0).max().item<float>(), 1);
  const auto before = tests::samplesOf(*photo.raster);
  const auto after = tests::samplesOf(*finished.raster);
  for (std::size_t i = 0; i < before.size(); ++i) ASSERT_NEAR(after[i], before[i] + 0.125F, 1e-6);
}

TEST(RunColours, greyNetworksChangeLumaAndLeaveChromaAlone) {
  const Photo photo = photoOf({32, 32, ColourModel::Rgb, false, SampleType::Float32}, [](auto x, auto y, int band) {
    return 0.2 + 0.1 * band + 0.005 * static_cast<double>(x + y);
  });
  auto network = std::make_shared<FakeNetwork>([](const at::Tensor& luma, models::Observer&) { return luma * 0.5; }, 1);
  network->keep = true;
  const auto finished = runOn(photo, network);
  const auto before = tests::samplesOf(*photo.raster);
  const auto after = tests::samplesOf(*finished.raster);
  const double luma = 0.299 * before[0] + 0.587 * before[1] + 0.114 * before[2];
  EXPECT_NEAR(network->shown.at(0).flatten()[0].item<double>(), luma, 1e-6);
  for (int band = 0; band < 3; ++band) EXPECT_NEAR(after[band], before[band] - luma / 2, 1e-6);
}

TEST(RunColours, colourNetworksRestoreGreyPhotos) {
  const Photo photo = texturedPhoto({32, 32, ColourModel::Grey, false, SampleType::UInt16});
  auto network = brighter(0.05);
  network->keep = true;
  const auto finished = runOn(photo, network);
  ASSERT_EQ(network->shown.at(0).size(1), 3);
  EXPECT_TRUE(at::equal(network->shown[0][0][0], network->shown[0][0][2]));
  EXPECT_EQ(finished.raster->layout().model, ColourModel::Grey);
  EXPECT_NEAR(tests::samplesOf(*finished.raster)[5], tests::samplesOf(*photo.raster)[5] + 0.05, 2e-5);
}

TEST(RunColours, notANumberInTheSourceStaysWhereItIs) {
  const Photo photo = photoOf({16, 16, ColourModel::Rgb, false, SampleType::Float32}, [](auto x, auto y, int) {
    return x == 5 && y == 6 ? std::nan("") : 0.01 * static_cast<double>(x + y);
  });
  const auto finished = runOn(photo, brighter(0.1));
  ASSERT_EQ(finished.outcome.status, Status::Done);
  int odd = 0;
  for (const float sample : tests::samplesOf(*finished.raster)) odd += std::isnan(sample) ? 1 : 0;
  EXPECT_EQ(odd, 3);
}

TEST(RunColours, enlargesColoursAlphaAndWhatWasNotShown) {
  const Photo photo = photoOf({24, 20, ColourModel::Rgb, true, SampleType::Float32}, [](auto x, auto, int band) {
    return band == 3 ? (x < 12 ? 0.0 : 1.0) : 0.9 + 0.01 * static_cast<double>(x);  // beyond 1 from x = 10 on
  });
  const auto finished = runOn(photo, identity(3, 2));
  ASSERT_EQ(finished.outcome.status, Status::Done);
  ASSERT_EQ(finished.raster->width(), 48);
  ASSERT_EQ(finished.raster->height(), 40);
  const auto after = tests::samplesOf(*finished.raster);
  EXPECT_NEAR(after[(10 * 48 + 40) * 4], 0.9 + 0.01 * 20 - 0.0025, 0.003);  // 1.1: highlight kept
  EXPECT_EQ(after[(10 * 48 + 2) * 4 + 3], 0);
  EXPECT_EQ(after[(10 * 48 + 45) * 4 + 3], 1);
  for (std::size_t i = 3; i < after.size(); i += 4) ASSERT_TRUE(after[i] >= 0 && after[i] <= 1);
}

TEST(RunColours, cmykBecomesWhatTheNetworkSaysAndKeepsItsMix) {
  // Two mixes of ink whose colour is nearly one: the run must not exchange one for the other.
  const Photo photo = photoOf({48, 16, ColourModel::Cmyk, false, SampleType::UInt16}, [](auto x, auto, int band) {
    if (x < 24) return band == 3 ? 0.3 : 0.02 * static_cast<double>(x % 8);
    return band == 3 ? 0.0 : 0.25 + 0.02 * static_cast<double>(x % 8);
  });
  const WorkingColour colour(ColourModel::Cmyk, {});
  for (const double by : {0.0, 0.06}) {
    const auto finished = runOn(photo, brighter(by));
    ASSERT_EQ(finished.outcome.status, Status::Done) << finished.outcome.error->what();
    const std::vector<float> before = tests::samplesOf(*photo.raster);
    const std::vector<float> after = tests::samplesOf(*blend(*photo.raster, *finished.raster, 1));
    std::vector<float> workingBefore(before.size() / 4 * 3);
    std::vector<float> workingAfter(workingBefore.size());
    colour.toWorking(before, workingBefore);
    colour.toWorking(after, workingAfter);
    for (std::size_t i = 0; i < workingBefore.size(); ++i) {
      ASSERT_NEAR(workingAfter[i], std::clamp(workingBefore[i], 0.0F, 1.0F) + by, 1.0 / 255) << i;
    }
    if (by == 0) {
      EXPECT_EQ(after, before);
    }
    EXPECT_LT(after[3 + 4 * 30], 0.05F);  // no black where there was none
  }
}

}  // namespace
}  // namespace heirloom::core
