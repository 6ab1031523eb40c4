#include "core/engine/mask.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>

#include "core/engine/run.h"
#include "core/photo/photo.h"
#include "tests/core/support/fake_network.h"
#include "tests/core/support/photos.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::core {
namespace {

using testing::HasSubstr;

/// Runs within masks: a network that makes pictures brighter by kBy, and one that makes them twice as large.
class Mask : public testing::Test {
 protected:
  static constexpr double kBy = 0.05;

  Mask() {
    library_.add("brighter", tests::brighter(kBy));
    library_.add("larger", tests::identity(3, 2));
  }

  /// A grey PNG whose columns have the values of `weight`.
  std::string maskOf(std::int64_t width, std::int64_t height, const std::function<double(std::int64_t)>& weight) {
    const std::filesystem::path file = folder_ / "mask.png";
    WriteOptions options;
    options.overwrite = true;
    writePhoto(tests::photoOf({width, height, ColourModel::Grey, false, SampleType::UInt16},
                              [&](auto x, auto, int) { return weight(x); }),
               file, options);
    return file.string();
  }

  std::shared_ptr<const Raster> runOver(const Photo& photo, const Recipe& recipe, std::int64_t tile = 0) {
    RasterSink sink(resultType(photo.raster->layout().type));
    tests::Diary diary;
    outcome_ = run(library_, recipe, photo, sink, diary, {.device = "cpu", .tile = tile});
    return sink.raster();
  }

  void expectRefusal(const std::string& mask, const std::string& fault) {
    const Photo photo = tests::texturedPhoto({30, 20, ColourModel::Rgb, false, SampleType::UInt8});
    runOver(photo, {{{"brighter", {}, 1, mask}}});
    ASSERT_EQ(outcome_.status, Outcome::Status::Failed);
    const std::string what = outcome_.error->what();
    EXPECT_THAT(what, testing::AllOf(HasSubstr(mask), HasSubstr(fault)));
    EXPECT_FALSE(outcome_.error->remedy().empty());
    EXPECT_EQ(what.find('\n'), std::string::npos);
  }

  tests::TemporaryFolder folder_;
  ModelLibrary library_{{}};
  Outcome outcome_;
};

TEST_F(Mask, theStepCountsWhereItIsWhiteNotWhereItIsBlackAndHalfInBetween) {
  const Photo photo = tests::texturedPhoto({33, 20, ColourModel::Rgb, false, SampleType::UInt16});
  const auto weight = [](std::int64_t x) { return x < 11 ? 0 : x < 22 ? 0.5 : 1; };
  const std::string mask = maskOf(33, 20, weight);
  const std::vector<float> before = tests::samplesOf(*photo.raster);
  // As the last step and as one before another, which is in float; a strength weighs it once more.
  const Recipe last{{{"brighter", {}, 1, mask}}};
  const Recipe between{{{"brighter", {}, 0.5, mask}, {"brighter", {}, 1}}};
  for (const std::int64_t tile : {0, 8}) {
    const std::vector<float> one = tests::samplesOf(*runOver(photo, last, tile));
    const std::vector<float> two = tests::samplesOf(*runOver(photo, between, tile));
    for (std::size_t i = 0; i < before.size(); ++i) {
      const double share = weight(static_cast<std::int64_t>(i / 3 % 33));
      ASSERT_NEAR(one[i], before[i] + share * kBy, 2e-5) << i;
      ASSERT_NEAR(two[i], before[i] + (share / 2 + 1) * kBy, 2e-5) << i;
      if (share == 0) {
        ASSERT_EQ(one[i], before[i]) << i;
      }
    }
  }
}

TEST_F(Mask, whereItIsBlackTheSourcesOwnSamplesStay) {
  const std::string black = maskOf(24, 16, [](std::int64_t) { return 0; });
  for (const Layout& layout : {Layout{24, 16, ColourModel::Rgb, true, SampleType::UInt8},
                               Layout{24, 16, ColourModel::Grey, false, SampleType::UInt16},
                               Layout{24, 16, ColourModel::Cmyk, false, SampleType::UInt16},
                               Layout{24, 16, ColourModel::Rgb, false, SampleType::Float32}}) {
    // Floats that are beyond what any network is shown.
    const bool wide = layout.type == SampleType::Float32;
    const Photo photo = tests::photoOf(layout, [wide](auto x, auto y, int band) {
      if (wide && x == 3 && y == 4) return std::numeric_limits<double>::infinity();
      return 0.03 * static_cast<double>(x) + 0.01 * static_cast<double>(y + band) - (wide ? 0.5 : 0.0);
    });
    const auto result = runOver(photo, {{{"brighter", {}, 1, black}}});
    ASSERT_EQ(outcome_.status, Outcome::Status::Done) << outcome_.error->what();
    EXPECT_EQ(tests::samplesOf(*blend(*photo.raster, *result, 1)), tests::samplesOf(*photo.raster));
  }
}

TEST_F(Mask, ofAnEnlargingStepHasTheSizeOfItsSource) {
  const Photo photo = tests::texturedPhoto({24, 16, ColourModel::Rgb, false, SampleType::UInt16});
  const std::string left = maskOf(24, 16, [](std::int64_t x) { return x < 12 ? 1 : 0; });
  const auto whole = runOver(photo, tests::recipeOf("larger"));
  const std::vector<float> full = tests::samplesOf(*whole);
  const std::vector<float> bicubic = tests::samplesOf(*blend(*photo.raster, *whole, 0));
  const std::vector<float> masked = tests::samplesOf(*runOver(photo, {{{"larger", {}, 1, left}}}));
  ASSERT_EQ(masked.size(), full.size());
  for (std::size_t i = 0; i < masked.size(); ++i) {
    const std::size_t x = i / 3 % 48;
    if (x >= 20 && x < 28) continue;  // the mask's edge is enlarged, too
    ASSERT_NEAR(masked[i], x < 20 ? full[i] : bicubic[i], 2e-5) << i;
  }
}

TEST_F(Mask, whatCannotBeOneIsRefusedInOneLine) {
  expectRefusal(maskOf(20, 30, [](std::int64_t) { return 1; }), "20 x 30 pixels does not fit a picture of 30 x 20");
  expectRefusal((folder_ / "none.png").string(), "there is no such file");
  const std::filesystem::path colours = folder_ / "colours.png";
  writePhoto(tests::texturedPhoto({30, 20, ColourModel::Rgb, false, SampleType::UInt8}), colours, {});
  expectRefusal(colours.string(), "must be grey");
  // The second step starts from what the first one made.
  const Photo photo = tests::texturedPhoto({30, 20, ColourModel::Rgb, false, SampleType::UInt8});
  const std::string small = maskOf(30, 20, [](std::int64_t) { return 1; });
  runOver(photo, {{{"larger", {}, 1, small}, {"brighter", {}, 1, small}}});
  ASSERT_EQ(outcome_.status, Outcome::Status::Failed);
  EXPECT_THAT(outcome_.error->what(), HasSubstr("does not fit a picture of 60 x 40"));
}

}  // namespace
}  // namespace heirloom::core
