#include <gtest/gtest.h>

#include <cstring>

#include "tests/photo/exiftool.h"
#include "tests/photo/pictures.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using core::ColourModel;
using core::Layout;
using core::SampleType;

/// Where the upright pixel lies in the stored picture of `width` x `height`, straight from the EXIF 2.3 table of
/// Orientation.
std::pair<std::int64_t, std::int64_t> stored(int orientation, std::int64_t x, std::int64_t y, std::int64_t width,
                                             std::int64_t height) {
  switch (orientation) {
    case 2:
      return {width - 1 - x, y};
    case 3:
      return {width - 1 - x, height - 1 - y};
    case 4:
      return {x, height - 1 - y};
    case 5:
      return {y, x};
    case 6:
      return {y, height - 1 - x};
    case 7:
      return {width - 1 - y, height - 1 - x};
    case 8:
      return {width - 1 - y, x};
    default:
      return {x, y};
  }
}

class Orientation : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(All, Orientation, ::testing::Range(1, 9));

TEST_P(Orientation, isAppliedOnceAndReset) {
  const int orientation = GetParam();
  const TemporaryFolder folder;
  for (const std::string extension : {"png", "tif", "webp"}) {
    for (const SampleType type : {SampleType::UInt8, SampleType::UInt16}) {
      if (extension == "webp" && type == SampleType::UInt16) continue;
      SCOPED_TRACE(extension);
      const auto file = folder / ("a." + extension);
      core::WriteOptions options;
      options.format = *core::formatOf(file);
      options.lossless = true;
      options.overwrite = true;
      const core::Photo photo = photoOf({13, 7, ColourModel::Rgb, false, type});
      core::writePhoto(photo, file, options);
      exiftool({"-q", "-overwrite_original", "-n", "-EXIF:Orientation=" + std::to_string(orientation)}, file);

      const core::PhotoHeader header = core::readHeader(file);
      const core::Photo upright = core::readPhoto(file);
      const bool turned = orientation >= 5;
      ASSERT_EQ(upright.raster->layout(), (Layout{turned ? 7 : 13, turned ? 13 : 7, ColourModel::Rgb, false, type}));
      EXPECT_EQ(header.layout, upright.raster->layout());
      const std::size_t pixel = 3 * sampleSize(type);
      for (std::int64_t y = 0; y < upright.raster->height(); ++y) {
        for (std::int64_t x = 0; x < upright.raster->width(); ++x) {
          const auto [sourceX, sourceY] = stored(orientation, x, y, 13, 7);
          ASSERT_EQ(std::memcmp(upright.raster->row(y).data() + static_cast<std::size_t>(x) * pixel,
                                photo.raster->row(sourceY).data() + static_cast<std::size_t>(sourceX) * pixel, pixel),
                    0);
        }
      }
      core::writePhoto(upright, file, options);
      EXPECT_EQ(tagsOf(file)["IFD0:Orientation"], "1");
      EXPECT_EQ(largestDifference(*core::readPhoto(file).raster, *upright.raster), 0);
    }
  }
}

TEST_P(Orientation, ofAJpegIsTheSame) {
  const TemporaryFolder folder;
  core::WriteOptions options;
  options.format = core::FileFormat::Jpeg;
  core::writePhoto(photoOf({24, 16, ColourModel::Grey, false, SampleType::UInt8}), folder / "a.jpg", options);
  const core::Photo plain = core::readPhoto(folder / "a.jpg");
  exiftool({"-q", "-overwrite_original", "-n", "-EXIF:Orientation=" + std::to_string(GetParam())}, folder / "a.jpg");
  const core::Photo upright = core::readPhoto(folder / "a.jpg");
  for (std::int64_t y = 0; y < upright.raster->height(); ++y) {
    for (std::int64_t x = 0; x < upright.raster->width(); ++x) {
      const auto [sourceX, sourceY] = stored(GetParam(), x, y, 24, 16);
      ASSERT_EQ(upright.raster->row(y)[static_cast<std::size_t>(x)],
                plain.raster->row(sourceY)[static_cast<std::size_t>(sourceX)]);
    }
  }
}

TEST_P(Orientation, turnsTheResolutionToo) {
  const TemporaryFolder folder;
  core::WriteOptions options;
  options.format = core::FileFormat::Jpeg;
  core::Photo photo = photoOf({24, 16, ColourModel::Grey, false, SampleType::UInt8});
  photo.pixelsPerMillimetreX = 300 / 25.4;
  photo.pixelsPerMillimetreY = 150 / 25.4;
  core::writePhoto(photo, folder / "a.jpg", options);
  exiftool({"-q", "-overwrite_original", "-n", "-EXIF:Orientation=" + std::to_string(GetParam())}, folder / "a.jpg");
  const core::Photo upright = core::readPhoto(folder / "a.jpg");
  EXPECT_NEAR(upright.pixelsPerMillimetreX, (GetParam() >= 5 ? 150 : 300) / 25.4, 0.1);
  EXPECT_NEAR(upright.pixelsPerMillimetreY, (GetParam() >= 5 ? 300 : 150) / 25.4, 0.1);
}

/// HEIF, AVIF and JPEG XL turn by their containers; the tag only repeats that and must not turn the picture again.
TEST(Orientation, ofATagInABoxIsOnlyReset) {
  const TemporaryFolder folder;
  for (const std::string extension : {"heic", "avif", "jxl"}) {
    SCOPED_TRACE(extension);
    const auto file = folder / ("a." + extension);
    core::WriteOptions options;
    options.format = *core::formatOf(file);
    options.lossless = true;
    options.overwrite = true;
    core::writePhoto(photoOf({24, 16, ColourModel::Rgb, false, SampleType::UInt8}), file, options);
    exiftool({"-q", "-overwrite_original", "-n", "-EXIF:Orientation=6", "-EXIF:Make=Maker"}, file);
    ASSERT_EQ(tagsOf(file)["IFD0:Orientation"], "6");
    const core::Photo photo = core::readPhoto(file);
    EXPECT_EQ(photo.raster->width(), 24);
    core::writePhoto(photo, file, options);
    EXPECT_EQ(tagsOf(file)["IFD0:Orientation"], "1");
  }
}

}  // namespace
}  // namespace heirloom::tests
