#include "core/colour/working_colour.h"

#include <gmock/gmock.h>

#include <cmath>
#include <thread>

#include "tests/photo/pictures.h"
#include "tests/photo/profiles.h"

namespace heirloom::tests {
namespace {

using core::ColourModel;
using core::WorkingColour;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A grid of 17 steps a band; 9 for four bands.
std::vector<float> grid(int bands) {
  const int steps = bands == 4 ? 9 : 17;
  const int count = static_cast<int>(std::lround(std::pow(steps, bands)));
  std::vector<float> samples;
  for (int i = 0; i < count; ++i) {
    for (int band = 0, rest = i; band < bands; ++band, rest /= steps) {
      samples.push_back(static_cast<float>(rest % steps) / static_cast<float>(steps - 1));
    }
  }
  return samples;
}

double largest(const std::vector<float>& a, const std::vector<float>& b) {
  double difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference = std::max(difference, std::abs(static_cast<double>(a[i]) - b[i]));
  return difference;
}

TEST(WorkingColour, isThereAndBackWithinOneCodeValue) {
  for (const NamedProfile& profile : profiles()) {
    SCOPED_TRACE(profile.name);
    const WorkingColour colour(profile.model, profile.bytes);
    EXPECT_THAT(colour.warnings(), IsEmpty());
    const std::vector<float> file = grid(colourBands(profile.model));
    const std::size_t pixels = file.size() / static_cast<std::size_t>(colourBands(profile.model));
    std::vector<float> working(pixels * static_cast<std::size_t>(colour.bands()));
    std::vector<float> back(file.size());
    colour.toWorking(file, working);
    back = file;
    colour.applyChange(working, working, back);
    EXPECT_EQ(largest(file, back), 0);
    // Many mixes of ink are one colour, so that for CMYK only the way above leads back.
    if (profile.model == ColourModel::Cmyk) continue;
    colour.fromWorking(working, back);
    // Near 0 a pure power curve is so steep that the last bit of a float is a tenth of an 8-bit code.
    EXPECT_LE(largest(file, back), 0.2 / 255);
  }
}

TEST(WorkingColour, isNothingForSrgb) {
  EXPECT_TRUE(WorkingColour(ColourModel::Rgb, {}).isIdentity());
  EXPECT_TRUE(WorkingColour(ColourModel::Rgb, profile("sRGB")).isIdentity());
  EXPECT_TRUE(WorkingColour(ColourModel::Grey, {}).isIdentity());
  for (const char* name : {"Adobe RGB", "Display P3", "ProPhoto"}) {
    EXPECT_FALSE(WorkingColour(ColourModel::Rgb, profile(name)).isIdentity()) << name;
  }
  EXPECT_FALSE(WorkingColour(ColourModel::Grey, profile("grey 2.2")).isIdentity());
  EXPECT_FALSE(WorkingColour(ColourModel::Cmyk, {}).isIdentity());
}

TEST(WorkingColour, knowsWhereAdobeGreenLies) {
  // The red of Adobe RGB's pure green is far below 0 in sRGB: figures from the primaries' matrices.
  const WorkingColour colour(ColourModel::Rgb, profile("Adobe RGB"));
  const std::vector<float> green = {0, 1, 0};
  std::vector<float> working(3);
  colour.toWorking(green, working);
  EXPECT_LT(working[0], -0.5f);
  EXPECT_NEAR(working[1], 1.0, 0.01);
  EXPECT_LT(working[2], 0.0f);
}

TEST(WorkingColour, carriesValuesOutsideTheRange) {
  const WorkingColour colour(ColourModel::Rgb, profile("Display P3"));
  const std::vector<float> bright = {1.5f, 1.25f, 1.1f};
  std::vector<float> working(3);
  std::vector<float> back(3);
  colour.toWorking(bright, working);
  EXPECT_GT(working[0], 1.2f);
  colour.fromWorking(working, back);
  EXPECT_LE(largest(bright, back), 1e-4);
}

TEST(WorkingColour, appliesOnlyTheChange) {
  const WorkingColour colour(ColourModel::Cmyk, profile("CMYK"));
  const std::vector<float> inks = {0.3f, 0.2f, 0.2f, 0.1f, 0.3f, 0.2f, 0.2f, 0.1f};
  std::vector<float> before(6);
  colour.toWorking(inks, before);
  std::vector<float> after = before;
  for (std::size_t i = 3; i < 6; ++i) after[i] += 0.1f;
  std::vector<float> result = inks;
  colour.applyChange(before, after, result);
  EXPECT_TRUE(std::equal(result.begin(), result.begin() + 4, inks.begin()));
  std::vector<float> reached(6);
  colour.toWorking(result, reached);
  for (std::size_t i = 3; i < 6; ++i) EXPECT_NEAR(reached[i], after[i], 0.01);
}

TEST(WorkingColour, takesADamagedProfileForSrgb) {
  const std::vector<std::byte> nonsense(500, std::byte{0x5a});
  const WorkingColour colour(ColourModel::Rgb, nonsense);
  EXPECT_TRUE(colour.isIdentity());
  ASSERT_THAT(colour.warnings(), SizeIs(1));
  EXPECT_THAT(colour.warnings().front().english(), HasSubstr("sRGB is assumed"));
}

TEST(WorkingColour, takesAProfileOfAnotherModelForSrgb) {
  EXPECT_THAT(WorkingColour(ColourModel::Rgb, profile("grey 2.2")).warnings(), SizeIs(1));
  EXPECT_THAT(WorkingColour(ColourModel::Grey, profile("sRGB")).warnings(), SizeIs(1));
  EXPECT_TRUE(WorkingColour(ColourModel::Rgb, profile("CMYK")).isIdentity());
}

TEST(WorkingColour, namesTheProfileThatCmykLacks) {
  const WorkingColour colour(ColourModel::Cmyk, {});
  ASSERT_THAT(colour.warnings(), SizeIs(1));
  const std::vector<float> paperAndBlack = {0, 0, 0, 0, 1, 1, 1, 1};
  std::vector<float> working(6);
  colour.toWorking(paperAndBlack, working);
  EXPECT_GT(working[1], 0.9f);
  EXPECT_LT(working[4], 0.2f);
}

TEST(WorkingColour, servesManyThreadsAtOnce) {
  const WorkingColour colour(ColourModel::Rgb, profile("ProPhoto"));
  const std::vector<float> file = grid(3);
  std::vector<float> expected(file.size());
  colour.toWorking(file, expected);
  std::vector<std::vector<float>> results(4, std::vector<float>(file.size()));
  {
    std::vector<std::jthread> threads;
    for (auto& result : results) threads.emplace_back([&] { colour.toWorking(file, result); });
  }
  for (const auto& result : results) EXPECT_EQ(result, expected);
}

}  // namespace
}  // namespace heirloom::tests
