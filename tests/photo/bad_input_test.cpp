#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "core/photo/memory.h"
#include "tests/photo/exiftool.h"
#include "tests/photo/pictures.h"
#include "tests/photo/profiles.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using core::ColourModel;
using core::FileFormat;
using core::SampleType;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

core::WriteOptions to(FileFormat format) {
  core::WriteOptions options;
  options.format = format;
  options.lossless = true;
  return options;
}

std::string readingError(const std::filesystem::path& file) {
  const std::string error = errorOf([&] { core::readPhoto(file); });
  EXPECT_THAT(error, AllOf(StartsWith(file.string() + ": "), HasSubstr("; "), Not(HasSubstr("\n"))));
  return error;
}

TEST(BadInput, isAMissingFile) {
  const TemporaryFolder folder;
  EXPECT_THAT(readingError(folder / "none.jpg"), HasSubstr("no such file"));
  EXPECT_THAT(errorOf([&] { core::readHeader(folder / "none.jpg"); }), HasSubstr("no such file"));
}

TEST(BadInput, isAFolderOrAnEmptyFile) {
  const TemporaryFolder folder;
  EXPECT_THAT(readingError(folder.path()), HasSubstr("directory"));
  writeText(folder / "empty.png", "");
  EXPECT_THAT(readingError(folder / "empty.png"), HasSubstr("empty"));
}

TEST(BadInput, isTextNamedLikeAPicture) {
  const TemporaryFolder folder;
  for (const char* name : {"a.jpg", "a.png", "a.nef", "a.jxl"}) {
    writeText(folder / name, "Dear grandmother, this is not a picture.\n");
    EXPECT_THAT(readingError(folder / name), HasSubstr("not a picture"));
  }
}

TEST(BadInput, isADrawingOrAScript) {
  const TemporaryFolder folder;
  writeText(
      folder / "a.svg",
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><rect width=\"9\" height=\"9\"/></svg>");
  writeText(folder / "a.pdf", "%PDF-1.4\n1 0 obj\n<<>>\nendobj\n");
  writeText(folder / "a.mvg", "push graphic-context\nviewbox 0 0 9 9\nfill 'url(https://example.org/)'\n");
  writeText(folder / "a.png", "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>");
  for (const char* name : {"a.svg", "a.pdf", "a.mvg", "a.png"})
    EXPECT_THAT(readingError(folder / name), HasSubstr("not a picture"));
}

class Truncated : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Formats, Truncated,
                         ::testing::Values("jpg", "png", "tif", "webp", "heic", "avif", "jxl", "jp2"));

TEST_P(Truncated, isAnErrorAtEveryLength) {
  const TemporaryFolder folder;
  const auto file = folder / (std::string("a.") + GetParam());
  core::writePhoto(photoOf({300, 200, ColourModel::Rgb, false, SampleType::UInt8}), file, to(*core::formatOf(file)));
  const auto whole = bytesOf(file);
  for (const std::size_t percent : {1, 5, 20, 50, 80, 95}) {
    SCOPED_TRACE(percent);
    auto part = whole;
    part.resize(whole.size() * percent / 100);
    writeBytes(file, part);
    EXPECT_NE(readingError(file), "");
  }
}

TEST(Damaged, pictureIsTakenWhenAccepted) {
  const TemporaryFolder folder;
  for (const char* name : {"a.jpg", "a.png"}) {
    SCOPED_TRACE(name);
    const core::Photo photo = photoOf({300, 200, ColourModel::Rgb, false, SampleType::UInt8});
    core::writePhoto(photo, folder / name, to(*core::formatOf(folder / name)));
    const core::Photo whole = core::readPhoto(folder / name);
    EXPECT_THAT(whole.warnings, IsEmpty());
    auto part = bytesOf(folder / name);
    part.resize(part.size() / 2);
    writeBytes(folder / name, part);
    EXPECT_THAT(readingError(folder / name), HasSubstr("--accept-damaged"));
    const core::Photo half = core::readPhoto(folder / name, {.acceptDamaged = true});
    ASSERT_THAT(half.warnings, Not(IsEmpty()));
    EXPECT_THAT(half.warnings.front().english(), HasSubstr("damaged"));
    EXPECT_TRUE(std::ranges::equal(half.raster->row(40), whole.raster->row(40)));
  }
}

TEST(Damaged, wholePictureIsNoWarning) {
  const TemporaryFolder folder;
  core::writePhoto(photoOf({30, 20, ColourModel::Rgb, false, SampleType::UInt8}), folder / "a.png",
                   to(FileFormat::Png));
  EXPECT_THAT(core::readPhoto(folder / "a.png", {.acceptDamaged = true}).warnings, IsEmpty());
}

TEST(BadInput, isAPngThatClaimsTooMuch) {
  const TemporaryFolder folder;
  core::writePhoto(photoOf({30, 20, ColourModel::Rgb, false, SampleType::UInt8}), folder / "a.png",
                   to(FileFormat::Png));
  auto bytes = bytesOf(folder / "a.png");
  for (const std::size_t at : {16, 20}) {
    bytes[at] = std::byte{0};
    bytes[at + 1] = std::byte{0x01};
    bytes[at + 2] = std::byte{0x86};
    bytes[at + 3] = std::byte{0xa0};
  }
  writeBytes(folder / "a.png", bytes);
  EXPECT_THAT(readingError(folder / "a.png"), AllOf(HasSubstr("30.0 GB"), HasSubstr("kB")));
}

TEST(BadInput, isAPictureLargerThanMemoryAndDisk) {
  const TemporaryFolder folder;
  core::writePhoto(photoOf({1000, 1000, ColourModel::Rgb, false, SampleType::UInt8}), folder / "a.tif",
                   to(FileFormat::Tiff));
  const core::RoomForTest room({.memory = 2'000'000, .scratch = 500'000, .scratchFolder = folder.path()});
  EXPECT_THAT(readingError(folder / "a.tif"), AllOf(HasSubstr("3.0 MB"), HasSubstr("1.5 MB")));
}

TEST(BadInput, isACorruptProfile) {
  const TemporaryFolder folder;
  auto nonsense = profile("Adobe RGB");
  std::fill(nonsense.begin() + 40, nonsense.end(), std::byte{0xee});
  for (const char* name : {"a.png", "a.tif", "a.jpg"}) {
    SCOPED_TRACE(name);
    core::Photo photo = photoOf({30, 20, ColourModel::Rgb, false, SampleType::UInt8}, profile("Adobe RGB"));
    core::writePhoto(photo, folder / name, to(*core::formatOf(folder / name)));
    writeBytes(folder / "nonsense.icc", nonsense);
    exiftool({"-q", "-m", "-overwrite_original", "-ICC_Profile<=" + (folder / "nonsense.icc").string()}, folder / name);
    ASSERT_EQ(profileIn(folder / name), nonsense);
    const core::Photo back = core::readPhoto(folder / name);
    ASSERT_THAT(back.warnings, SizeIs(1));
    EXPECT_THAT(back.warnings.front().english(), HasSubstr("colour profile is damaged"));
    EXPECT_THAT(back.iccProfile, IsEmpty());
  }
}

TEST(BadInput, isNonsenseInTheMetadata) {
  const TemporaryFolder folder;
  core::writePhoto(photoOf({30, 20, ColourModel::Rgb, false, SampleType::UInt8}), folder / "a.jpg",
                   to(FileFormat::Jpeg));
  auto bytes = bytesOf(folder / "a.jpg");
  const std::string segment(
      "\xff\xe1\0\x20"
      "Exif\0\0MM\0\x2a\xff\xff\xff\xff nonsense follow",
      34);
  bytes.insert(bytes.begin() + 2, reinterpret_cast<const std::byte*>(segment.data()),
               reinterpret_cast<const std::byte*>(segment.data()) + segment.size());
  writeBytes(folder / "a.jpg", bytes);
  const core::Photo photo = core::readPhoto(folder / "a.jpg");
  EXPECT_EQ(photo.raster->width(), 30);
  core::writePhoto(photo, folder / "b.jpg", to(FileFormat::Jpeg));
}

TEST(BadInput, isCmykWithoutAProfile) {
  const TemporaryFolder folder;
  core::writePhoto(photoOf({30, 20, ColourModel::Cmyk, false, SampleType::UInt8}), folder / "a.tif",
                   to(FileFormat::Tiff));
  const core::Photo photo = core::readPhoto(folder / "a.tif");
  ASSERT_THAT(photo.warnings, SizeIs(1));
  EXPECT_THAT(photo.warnings.front().english(), HasSubstr("CMYK without a profile"));
}

TEST(Writing, neverReplacesUnlessAsked) {
  const TemporaryFolder folder;
  const core::Photo photo = photoOf({30, 20, ColourModel::Rgb, false, SampleType::UInt8});
  writeText(folder / "a.png", "mine");
  EXPECT_THAT(
      errorOf([&] { core::writePhoto(photo, folder / "a.png", to(FileFormat::Png)); }),
      AllOf(HasSubstr("a.png: there is a file"), HasSubstr("skip"), HasSubstr("number"), HasSubstr("--overwrite")));
  EXPECT_THAT(bytesOf(folder / "a.png"), SizeIs(4));
  auto options = to(FileFormat::Png);
  options.overwrite = true;
  core::writePhoto(photo, folder / "a.png", options);
  EXPECT_EQ(largestDifference(*photo.raster, *core::readPhoto(folder / "a.png").raster), 0);
  EXPECT_THAT(namesIn(folder.path()), ElementsAre("a.png"));
}

TEST(Writing, givesNewFilesTheUsualPermissions) {
  const TemporaryFolder folder;
  const mode_t before = umask(0027);
  core::writePhoto(photoOf({8, 8, ColourModel::Rgb, false, SampleType::UInt8}), folder / "a.png", to(FileFormat::Png));
  umask(before);
  struct stat status {};
  ASSERT_EQ(stat((folder / "a.png").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST(Writing, intoAMissingOrReadOnlyFolderIsAnError) {
  const TemporaryFolder folder;
  const core::Photo photo = photoOf({8, 8, ColourModel::Rgb, false, SampleType::UInt8});
  EXPECT_THAT(errorOf([&] { core::writePhoto(photo, folder / "none" / "a.png", to(FileFormat::Png)); }),
              AllOf(HasSubstr("a.png: it cannot be written"), HasSubstr("another folder")));
  // Root may write anywhere, except where the kernel has no files to give.
  const std::filesystem::path readOnly = geteuid() == 0 ? "/proc/a.png" : folder / "sealed" / "a.png";
  if (geteuid() != 0) {
    std::filesystem::create_directory(folder / "sealed");
    std::filesystem::permissions(folder / "sealed",
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  }
  EXPECT_THAT(errorOf([&] { core::writePhoto(photo, readOnly, to(FileFormat::Png)); }),
              HasSubstr("it cannot be written"));
}

class FullDisk : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Formats, FullDisk,
                         ::testing::Values("jpg", "png", "tif", "webp", "heic", "avif", "jxl", "jp2"));

/// The kernel refuses the write beyond a limit as it does on a full disk. In a process of its own, because the limit is
/// the process's.
TEST_P(FullDisk, leavesNothing) {
  const TemporaryFolder folder;
  const auto file = folder / (std::string("a.") + GetParam());
  const core::Photo photo = photoOf({400, 300, ColourModel::Rgb, false, SampleType::UInt8});
  core::writePhoto(photoOf({8, 8, ColourModel::Rgb, false, SampleType::UInt8}),
                   folder / ("warm." + std::string(GetParam())), to(*core::formatOf(file)));
  std::filesystem::remove(folder / ("warm." + std::string(GetParam())));
  const auto writes = [&] {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{4096, 4096};
    setrlimit(RLIMIT_FSIZE, &limit);
    const std::string error = errorOf([&] { core::writePhoto(photo, file, to(*core::formatOf(file))); });
    fprintf(stderr, "%s\n", error.c_str());
    std::_Exit(error.find("it cannot be written: ") != error.npos ? 0 : 1);
  };
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(writes(), ::testing::ExitedWithCode(0), "free space there");
  EXPECT_THAT(namesIn(folder.path()), IsEmpty());
}

}  // namespace
}  // namespace heirloom::tests
