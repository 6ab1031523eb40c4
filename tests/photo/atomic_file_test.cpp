#include "core/photo/atomic_file.h"

#include <gmock/gmock.h>

#include "tests/photo/pictures.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::vector<std::byte> kContents = {std::byte{1}, std::byte{2}, std::byte{3}};

TEST(AtomicFile, appearsOnlyWhenCommitted) {
  const TemporaryFolder folder;
  core::AtomicFile file(folder / "a");
  file.replaceContents(std::vector<std::byte>(1000, std::byte{9}));
  file.replaceContents(kContents);
  EXPECT_FALSE(std::filesystem::exists(folder / "a"));
  file.commit(false);
  EXPECT_EQ(bytesOf(folder / "a"), kContents);
  EXPECT_THAT(namesIn(folder.path()), ElementsAre("a"));
}

TEST(AtomicFile, leavesNothingWhenGivenUp) {
  const TemporaryFolder folder;
  {
    core::AtomicFile file(folder / "a");
    file.replaceContents(kContents);
  }
  EXPECT_THAT(namesIn(folder.path()), IsEmpty());
}

TEST(AtomicFile, losesTheRaceAgainstAFileThatCameMeanwhile) {
  const TemporaryFolder folder;
  {
    core::AtomicFile file(folder / "a");
    file.replaceContents(kContents);
    writeText(folder / "a", "first");
    EXPECT_THAT(errorOf([&] { file.commit(false); }), HasSubstr("already"));
  }
  EXPECT_EQ(bytesOf(folder / "a").size(), 5u);
  EXPECT_THAT(namesIn(folder.path()), ElementsAre("a"));
}

TEST(AtomicFile, keepsThePermissionsOfWhatItReplaces) {
  const TemporaryFolder folder;
  writeText(folder / "a", "old");
  std::filesystem::permissions(folder / "a", std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  core::AtomicFile file(folder / "a");
  file.replaceContents(kContents);
  file.commit(true);
  EXPECT_EQ(std::filesystem::status(folder / "a").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace
}  // namespace heirloom::tests
