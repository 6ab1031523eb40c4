#include "core/photo/raster.h"

#include <gmock/gmock.h>

#include <cfenv>
#include <cmath>
#include <limits>
#include <vector>

#include "core/photo/memory.h"
#include "models/common/error.h"
#include "tests/photo/pictures.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using core::ColourModel;
using core::Layout;
using core::Raster;
using core::SampleType;

TEST(Raster, beginsAllZero) {
  const Raster raster({100, 50, ColourModel::Rgb, true, SampleType::UInt16});
  for (std::int64_t y = 0; y < 50; ++y) {
    for (const std::byte each : raster.row(y)) ASSERT_EQ(each, std::byte{0});
  }
}

TEST(Raster, liesInAScratchFileWhereMemoryIsShort) {
  const TemporaryFolder folder;
  const core::RoomForTest room({.memory = 100'000, .scratch = 10'000'000, .scratchFolder = folder.path()});
  const auto large = picture({500, 400, ColourModel::Rgb, false, SampleType::UInt8});
  EXPECT_TRUE(namesIn(folder.path()).empty());  // unlinked at once, so that no end of the program leaves it
  EXPECT_EQ(largestDifference(*large, *picture(large->layout())), 0);
  EXPECT_THROW(Raster({5000, 4000, ColourModel::Rgb, false, SampleType::UInt8}), Error);
}

TEST(Raster, namesTheScratchFolderThatCannotBeUsed) {
  const core::RoomForTest room({.memory = 100, .scratch = 10'000'000, .scratchFolder = "/nonexistent"});
  EXPECT_THAT(errorOf([] {
                Raster({500, 400, ColourModel::Rgb, false, SampleType::UInt8});
              }),
              ::testing::AllOf(::testing::StartsWith("/nonexistent: "), ::testing::HasSubstr("TMPDIR")));
}

template <typename T>
void everyCodeIsThereAndBack(SampleType type) {
  constexpr std::int64_t kCodes = std::int64_t{std::numeric_limits<T>::max()} + 1;
  Raster codes({kCodes, 1, ColourModel::Grey, false, type});
  for (std::int64_t i = 0; i < kCodes; ++i) codes.samples<T>(0)[static_cast<std::size_t>(i)] = static_cast<T>(i);
  std::vector<float> floats(kCodes);
  toFloat(codes, {0, 0, kCodes, 1}, floats);
  EXPECT_EQ(floats.front(), 0.0f);
  EXPECT_EQ(floats.back(), 1.0f);
  Raster back(codes.layout());
  fromFloat(floats, {0, 0, kCodes, 1}, back);
  EXPECT_EQ(largestDifference(codes, back), 0);
}

TEST(Samples, areThereAndBackForEveryCode) {
  everyCodeIsThereAndBack<std::uint8_t>(SampleType::UInt8);
  everyCodeIsThereAndBack<std::uint16_t>(SampleType::UInt16);
}

TEST(Samples, areClampedAndRoundedHalfToEven) {
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::vector<float> floats = {-1, 2, kNaN, kInfinity, -kInfinity, 0.5f / 255, 1.5f / 255, 2.5f / 255, 0.5f};
  Raster raster({9, 1, ColourModel::Grey, false, SampleType::UInt8});
  fromFloat(floats, {0, 0, 9, 1}, raster);
  EXPECT_THAT(raster.samples<std::uint8_t>(0), ::testing::ElementsAre(0, 255, 0, 255, 0, 0, 2, 2, 128));
}

/// The vector code against the plain meaning of the header.
TEST(Samples, equalThePlainFormula) {
  std::vector<float> floats(10007);
  for (std::size_t i = 0; i < floats.size(); ++i) floats[i] = static_cast<float>(i) / 9000.0f - 0.05f;
  Raster raster({10007, 1, ColourModel::Grey, false, SampleType::UInt16});
  fromFloat(floats, {0, 0, 10007, 1}, raster);
  for (std::size_t i = 0; i < floats.size(); ++i) {
    ASSERT_EQ(raster.samples<std::uint16_t>(0)[i], std::nearbyint(std::clamp(floats[i] * 65535.0f, 0.0f, 65535.0f)));
  }
}

TEST(Samples, ofABoxLeaveTheRestAlone) {
  const auto raster = picture({20, 10, ColourModel::Rgb, false, SampleType::UInt8});
  const core::Box box{5, 3, 7, 4};
  std::vector<float> floats(7 * 4 * 3);
  toFloat(*raster, box, floats);
  EXPECT_FLOAT_EQ(floats[3], raster->samples<std::uint8_t>(3)[18] / 255.0f);
  Raster other(raster->layout());
  fromFloat(floats, box, other);
  EXPECT_EQ(other.row(3)[15], raster->row(3)[15]);
  EXPECT_EQ(other.row(6)[35], raster->row(6)[35]);
  EXPECT_EQ(other.row(3)[14], std::byte{0});
  EXPECT_EQ(other.row(3)[36], std::byte{0});
  EXPECT_EQ(other.row(2)[15], std::byte{0});
}

}  // namespace
}  // namespace heirloom::tests
