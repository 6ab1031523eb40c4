#include "core/batch/restore_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/photo/memory.h"
#include "tests/core/support/fake_network.h"
#include "tests/core/support/photos.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::core {
namespace {

using testing::HasSubstr;

/// A photo of 40 x 30 pixels on disk, and a network that doubles it.
class RestoreFile : public testing::Test {
 protected:
  static constexpr std::uint64_t kSaved = 80 * 60 * 3;          // bytes of the result in 8 bits
  static constexpr std::uint64_t kAtFullStrength = 2 * kSaved;  // it is kept in 16 bits until it is saved

  RestoreFile() {
    writePhoto(tests::texturedPhoto({40, 30, ColourModel::Rgb, false, SampleType::UInt8}), folder_ / "photo.png",
               {.format = FileFormat::Png});
    library_.add("double", network_);
  }

  FileOutcome restored(const Room& room) {
    const RoomForTest standIn(room);
    tests::Diary diary;
    return restoreFile(library_, tests::recipeOf("double"), job_, diary);
  }

  tests::TemporaryFolder folder_;
  std::shared_ptr<tests::FakeNetwork> network_ = tests::identity(3, 2);
  ModelLibrary library_{{}};
  FileJob job_{.source = folder_ / "photo.png", .target = folder_ / "result.png", .write = {.format = FileFormat::Png}};
};

TEST_F(RestoreFile, asksForRoomBeforeTheNetworkRuns) {
  // One byte less than the result takes while it is made and saved; the photo itself would fit.
  const FileOutcome outcome =
      restored({.memory = 20'000, .scratch = kAtFullStrength + kSaved - 1, .scratchFolder = folder_.path()});
  ASSERT_EQ(outcome.run.status, Outcome::Status::Failed);
  EXPECT_THAT(outcome.run.error->what(), HasSubstr("scratch disk"));
  EXPECT_THAT(outcome.run.error->what(), HasSubstr("TMPDIR"));
  EXPECT_EQ(network_->calls, 0);
  EXPECT_FALSE(std::filesystem::exists(job_.target));
}

TEST_F(RestoreFile, usesTheScratchDiskWhereMemoryDoesNotSuffice) {
  const FileOutcome outcome =
      restored({.memory = 20'000, .scratch = kAtFullStrength + kSaved, .scratchFolder = folder_.path()});
  ASSERT_EQ(outcome.run.status, Outcome::Status::Done) << outcome.run.error->what();
  EXPECT_GT(network_->calls, 0);
  EXPECT_EQ(readPhoto(job_.target).raster->width(), 80);
}

TEST_F(RestoreFile, countsWhatLiesBetweenTwoSteps) {
  const RoomForTest room({.memory = 1000, .scratch = 150'000, .scratchFolder = folder_.path()});
  const Recipe twice{{{"double", {}, 1}, {"double", {}, 1}}};
  RasterSink sink(SampleType::UInt16);
  tests::Diary diary;
  const Photo photo = readPhoto(job_.source);  // 3,600 bytes
  // In between 80 x 60 x 3 floats, 57,600 bytes; the result 160 x 120 x 3 x 2, 115,200.
  const Outcome outcome = run(library_, twice, photo, sink, diary, {.device = "cpu"});
  ASSERT_EQ(outcome.status, Outcome::Status::Failed);
  EXPECT_THAT(outcome.error->what(), HasSubstr("the result takes"));
  EXPECT_EQ(network_->calls, 0);
}

TEST_F(RestoreFile, keepsTheSamplesOfWhatWasStoredWithoutLoss) {
  library_.add("negative", std::make_shared<tests::FakeNetwork>(
                               [](const at::Tensor& picture, models::Observer&) { return 1 - picture; }));
  Recipe untouched = tests::recipeOf("negative");
  untouched.steps.front().strength = 0;
  for (const FileFormat format : {FileFormat::WebP, FileFormat::Heif, FileFormat::Avif, FileFormat::JpegXl}) {
    for (const bool lossless : {true, false}) {
      SCOPED_TRACE(std::string(traits(format).name) + (lossless ? " without loss" : " with loss"));
      const std::string ending = (lossless ? "-whole." : ".") + std::string(traits(format).extensions.front());
      job_.source = folder_ / ("source" + ending);
      job_.target = folder_ / ("result" + ending);
      job_.write.format = format;
      writePhoto(readPhoto(folder_ / "photo.png"), job_.source, {.format = format, .lossless = lossless});
      tests::Diary diary;
      const FileOutcome outcome = restoreFile(library_, untouched, job_, diary);
      ASSERT_EQ(outcome.run.status, Outcome::Status::Done) << outcome.run.error->what();
      const Photo before = readPhoto(job_.source), after = readPhoto(job_.target);
      EXPECT_EQ(before.lossless, lossless);
      EXPECT_EQ(after.lossless, lossless);
      if (lossless) {
        EXPECT_EQ(tests::largestDifference(*before.raster, *after.raster), 0);
      }
    }
  }
}

}  // namespace
}  // namespace heirloom::core
