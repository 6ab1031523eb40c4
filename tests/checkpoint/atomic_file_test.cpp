#include "models/common/atomic_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/checkpoint/sample_files.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

std::string contentOf(const fs::path& file) {
  std::ostringstream content;
  content << std::ifstream(file, std::ios::binary).rdbuf();
  return content.str();
}

std::ptrdiff_t filesIn(const TemporaryFolder& folder) {
  return std::distance(fs::directory_iterator(folder.path()), {});
}

template <typename Action>
std::string errorOf(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

TEST(AtomicFile, appearsWholeAtCommit) {
  const TemporaryFolder folder;
  AtomicFile file(folder / "a");
  file.write(asBytes("new "));
  file.write(asBytes("content"));
  EXPECT_FALSE(fs::exists(folder / "a"));
  file.commit(false);
  EXPECT_EQ(contentOf(folder / "a"), "new content");
  EXPECT_EQ(filesIn(folder), 1);
}

TEST(AtomicFile, leavesWhatItReplacesAloneUntilCommit) {
  const TemporaryFolder folder;
  std::ofstream(folder / "a") << "old";
  AtomicFile file(folder / "a");
  file.write(asBytes("new"));
  EXPECT_EQ(contentOf(folder / "a"), "old");
  file.commit(true);
  EXPECT_EQ(contentOf(folder / "a"), "new");
}

TEST(AtomicFile, replacesAllThatWasWritten) {
  const TemporaryFolder folder;
  AtomicFile file(folder / "a");
  file.write(asBytes("a long first attempt"));
  file.replaceContents(asBytes("second"));
  file.write(asBytes(", and more"));
  file.commit(false);
  EXPECT_EQ(contentOf(folder / "a"), "second, and more");
}

TEST(AtomicFile, leavesNothingWithoutCommit) {
  const TemporaryFolder folder;
  {
    AtomicFile file(folder / "a");
    file.write(asBytes("half"));
    EXPECT_EQ(filesIn(folder), 1);
  }
  EXPECT_EQ(filesIn(folder), 0);
}

TEST(AtomicFile, losesTheRaceAgainstAFileThatCameMeanwhile) {
  const TemporaryFolder folder;
  {
    AtomicFile file(folder / "a");
    file.write(asBytes("second"));
    std::ofstream(folder / "a") << "first";
    EXPECT_THAT(errorOf([&] { file.commit(false); }), HasSubstr("already"));
  }
  EXPECT_EQ(contentOf(folder / "a"), "first");
  EXPECT_EQ(filesIn(folder), 1);
}

TEST(AtomicFile, keepsThePermissionsOfWhatItReplaces) {
  const TemporaryFolder folder;
  std::ofstream(folder / "a") << "old";
  constexpr auto kOwnersAlone = fs::perms::owner_read | fs::perms::owner_write;
  fs::permissions(folder / "a", kOwnersAlone);
  AtomicFile file(folder / "a");
  file.write(asBytes("new"));
  file.commit(true);
  EXPECT_EQ(fs::status(folder / "a").permissions(), kOwnersAlone);
}

TEST(AtomicFile, namesTheFileItCannotWrite) {
  const TemporaryFolder folder;
  const fs::path file = folder / "no such folder" / "a";
  EXPECT_THAT(errorOf([&] { AtomicFile{file}; }), StartsWith(file.string() + ": it cannot be written: No such file"));
}

TEST(AtomicFile, saysThatTheDiskIsFull) {
  const TemporaryFolder folder;
  // What a full disk answers, without filling one: /dev/full through the descriptor of an open file.
  AtomicFile file(folder / "a");
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(dup2(full, file.descriptor()), 0);
  close(full);
  EXPECT_THAT(errorOf([&] { file.write(asBytes("more")); }), HasSubstr("free space there"));
}

TEST(AtomicFile, keepsItsNameToItselfWhenTheDiskFailsToSync) {
  const TemporaryFolder folder;
  {
    AtomicFile file(folder / "a");
    file.write(asBytes("content"));
    // A pipe cannot be synchronised, as a disk that failed cannot.
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    ASSERT_GE(dup2(ends[1], file.descriptor()), 0);
    EXPECT_THAT(errorOf([&] { file.commit(true); }), HasSubstr("cannot be written"));
    close(ends[0]);
    close(ends[1]);
  }
  EXPECT_EQ(filesIn(folder), 0);
}

}  // namespace
}  // namespace heirloom::tests
