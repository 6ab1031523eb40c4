#include "models/checkpoint/file_access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "models/checkpoint/archive.h"
#include "models/common/error.h"
#include "tests/checkpoint/sample_files.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::models {
namespace {

namespace fs = std::filesystem;
using tests::TemporaryFolder;

std::string openingError(const fs::path& file) {
  try {
    Archive::open(file);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(MappedFile, showsTheBytesOfAFile) {
  const TemporaryFolder folder;
  std::ofstream(folder / "a") << "content";
  const MappedFile mapped(folder / "a");
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(mapped.bytes().data()), mapped.bytes().size()), "content");
}

TEST(MappedFile, saysWhyAFileCannotBeRead) {
  const TemporaryFolder folder;
  const fs::path missing = folder / "missing.pth", empty = folder / "empty.pth", pipe = folder / "pipe.pth";
  std::ofstream(empty).flush();
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(openingError(missing), testing::StartsWith(missing.string() + ": the file cannot be read (No such file"));
  EXPECT_THAT(openingError(empty), testing::StartsWith(empty.string() + ": the file is empty"));
  EXPECT_THAT(openingError(folder.path()), testing::HasSubstr("not a regular file"));
  EXPECT_THAT(openingError(pipe), testing::HasSubstr("not a regular file"));
}

}  // namespace
}  // namespace heirloom::models
