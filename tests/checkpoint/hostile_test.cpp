#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "models/checkpoint/archive.h"
#include "models/common/error.h"
#include "tests/checkpoint/hostile_files.h"

namespace heirloom::tests {
namespace {

using models::Archive;
using testing::HasSubstr;
using testing::Not;

class HostileFiles : public testing::TestWithParam<std::vector<HostileFile> (*)()> {};

TEST_P(HostileFiles, endInOneLineThatNamesFileAndReason) {
  for (const HostileFile& hostile : GetParam()()) {
    SCOPED_TRACE(hostile.name);
    try {
      Archive::parse(asBytes(hostile.bytes), "some/file.pth");
      ADD_FAILURE() << "was accepted";
    } catch (const Error& error) {
      const std::string message = error.what();
      EXPECT_THAT(message, testing::StartsWith("some/file.pth: "));
      EXPECT_THAT(message, HasSubstr(hostile.reason));
      EXPECT_THAT(message, HasSubstr("; ")) << "no remedy";
      EXPECT_THAT(message, Not(HasSubstr("\n")));
      EXPECT_LT(message.size(), 400u);
    }
  }
}

std::string partName(const testing::TestParamInfo<std::vector<HostileFile> (*)()>& part) {
  constexpr std::array kNames{"safetensors", "zip", "pickle", "legacy", "stranger"};
  return kNames[part.index];
}

INSTANTIATE_TEST_SUITE_P(Each, HostileFiles,
                         testing::Values(hostileSafetensors, hostileZips, hostilePickles, hostileLegacyFiles,
                                         strangers),
                         partName);

TEST(HostileFilesList, hasOneNameForEachCase) {
  for (const auto& make : {hostileSafetensors, hostileZips, hostilePickles, hostileLegacyFiles, strangers}) {
    std::set<std::string> names;
    for (const HostileFile& hostile : make()) EXPECT_TRUE(names.insert(hostile.name).second) << hostile.name;
  }
}

TEST(TruncatedFiles, areRefusedWhereverTheyEnd) {
  for (const NamedBytes& cut : truncations()) {
    EXPECT_THROW(Archive::parse(asBytes(cut.bytes), "cut.pth"), Error) << cut.name;
  }
}

}  // namespace
}  // namespace heirloom::tests
