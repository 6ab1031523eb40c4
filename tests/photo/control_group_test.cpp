#include "models/common/control_group.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_folder.h"

namespace heirloom::models {
namespace {

namespace fs = std::filesystem;

class ControlGroup : public testing::Test {
 protected:
  void member(const std::string& lines) { write("membership", lines); }

  void first(const std::string& group, const std::string& limit, const std::string& used, const std::string& idle) {
    const std::string folder = "mounts/memory/" + group;
    write(folder + "/memory.limit_in_bytes", limit);
    write(folder + "/memory.usage_in_bytes", used);
    write(folder + "/memory.stat", "cache 5\ninactive_file 1\ntotal_inactive_file " + idle + "\n");
  }

  void second(const std::string& group, const std::string& limit, const std::string& used, const std::string& idle) {
    write("mounts/" + group + "/memory.max", limit);
    write("mounts/" + group + "/memory.current", used);
    write("mounts/" + group + "/memory.stat", "anon 3\ninactive_file " + idle + "\n");
  }

  std::uint64_t room() const { return roomInControlGroups(folder_ / "membership", folder_ / "mounts"); }

 private:
  void write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text << '\n';
  }

  tests::TemporaryFolder folder_;
};

TEST_F(ControlGroup, withoutLimitsThereIsNoLimit) {
  EXPECT_EQ(room(), kNoLimit);
  member("0::/");
  EXPECT_EQ(room(), kNoLimit);
  second("", "max", "100", "0");
  EXPECT_EQ(room(), kNoLimit);
}

TEST_F(ControlGroup, whatFilesLeftInTheCacheCountsAsFree) {
  member("0::/");
  second("", "1000", "400", "300");
  EXPECT_EQ(room(), 900);
}

TEST_F(ControlGroup, theTightestGroupAboveTheProcessDecides) {
  member("0::/session/program");
  second("", "max", "5000", "0");
  second("session", "2000", "1500", "0");
  second("session/program", "1000", "100", "0");
  EXPECT_EQ(room(), 500);
}

TEST_F(ControlGroup, versionOneIsReadThroughItsOwnFolder) {
  member("3:cpu,cpuacct:/a\n4:memory:/session\n0::/");
  first("", "9223372036854771712", "100", "0");
  first("session", "3000", "1000", "200");
  EXPECT_EQ(room(), 2200);
}

TEST_F(ControlGroup, aContainersOwnGroupIsTheRootOfItsMount) {
  member("4:memory:/docker/0123");
  first("", "3000", "1000", "0");
  EXPECT_EQ(room(), 2000);
}

TEST_F(ControlGroup, moreThanTheLimitInUseLeavesNothing) {
  member("0::/");
  second("", "1000", "1200", "0");
  EXPECT_EQ(room(), 0);
}

}  // namespace
}  // namespace heirloom::models
