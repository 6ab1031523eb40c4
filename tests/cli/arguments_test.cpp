#include <sstream>

#include "tests/cli/workbench.h"

namespace heirloom::tests {
namespace {

using ::testing::HasSubstr;
using Words = std::vector<std::string>;

class Help : public ::testing::TestWithParam<Words> {};

TEST_P(Help, fitsAScreenAndHasAnExample) {
  Words arguments = GetParam();
  arguments.emplace_back("--help");
  const Ended ended = cli(arguments);
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.err, "");
  EXPECT_THAT(ended.out, HasSubstr("Usage: heirloom-cli"));
  EXPECT_THAT(ended.out, HasSubstr("Example: heirloom-cli"));
  std::istringstream text(ended.out);
  int lines = 0;
  for (std::string line; std::getline(text, line); ++lines) EXPECT_LE(line.size(), 100U) << line;
  EXPECT_LE(lines, 30);
}

INSTANTIATE_TEST_SUITE_P(ofEveryCommand, Help,
                         ::testing::Values(Words{}, Words{"restore"}, Words{"info"}, Words{"models"},
                                           Words{"models", "list"}, Words{"models", "show"}, Words{"models", "inspect"},
                                           Words{"devices"}, Words{"forward"}, Words{"compare"}, Words{"evaluate"},
                                           Words{"train"}, Words{"bench"}),
                         [](const auto& command) {
                           std::string name = "program";
                           for (const std::string& word : command.param)
                             name = name == "program" ? word : name + "_" + word;
                           return name;
                         });

class Arguments : public Workbench {
 protected:
  Arguments() { picture("a.png"); }

  void expectRefused(const Words& arguments, const std::string& words) const {
    SCOPED_TRACE(::testing::PrintToString(arguments));
    const std::set<std::string> before = everythingIn(folder_.path());
    const Ended ended = run(arguments);
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err, isOneLineAbout(words));
    EXPECT_EQ(ended.out, "");
    EXPECT_EQ(everythingIn(folder_.path()), before);
    Words asJson = arguments;
    asJson.emplace_back("--json");
    const Ended json = run(asJson);
    EXPECT_EQ(json.code, 2);
    EXPECT_EQ(json.json()["exit_code"], 2);
    EXPECT_THAT(json.json()["error"]["message"].get<std::string>(), HasSubstr(words));
  }
  void expectRestoreRefused(Words arguments, const std::string& words) const {
    const Words begin = {"restore", "-m", "half.safetensors", "a.png"};
    arguments.insert(arguments.begin(), begin.begin(), begin.end());
    expectRefused(arguments, words);
  }
};

TEST_F(Arguments, thatDoNotExistAreRefused) {
  expectRefused({}, "command");
  expectRefused({"restart"}, "restart");
  expectRefused({"restore"}, "no photo");
  expectRestoreRefused({"--bogus"}, "--bogus");
  expectRefused({"models"}, "command");
  expectRefused({"models", "show"}, "MODEL");
  expectRefused({"forward", "half.safetensors"}, "INPUT");
}

TEST_F(Arguments, outOfRangeNameTheirRange) {
  expectRestoreRefused({"-q", "101"}, "--quality");
  expectRestoreRefused({"-q", "eighty"}, "eighty");
  expectRestoreRefused({"-d", "12"}, "--bit-depth");
  expectRestoreRefused({"-f", "bmp"}, "bmp");
  expectRestoreRefused({"--strength", "1.5"}, "--strength");
  expectRestoreRefused({"--strength", "150%"}, "--strength");
  expectRestoreRefused({"--strength", "0,5"}, "--strength");
  expectRestoreRefused({"--existing", "ask"}, "--existing");
  expectRestoreRefused({"--strip", "exif"}, "--strip");
  expectRestoreRefused({"--background", "#12345"}, "--background");
  expectRestoreRefused({"--tile", "-1"}, "--tile");
  expectRestoreRefused({"--device", "cuda:77"}, "--device");
  expectRestoreRefused({"--device", "quantum"}, "--device");
  expectRestoreRefused({"--scale", "2"}, "enlarges");
}

TEST_F(Arguments, thatContradictEachOtherAreRefused) {
  expectRestoreRefused({"--overwrite", "--existing", "skip"}, "--existing");
  expectRestoreRefused({"--template", "{name}.{ext}", "--suffix", "x"}, "--suffix");
  expectRestoreRefused({"--recipe", "r.yaml"}, "--recipe");
  expectRestoreRefused({"--watch", "."}, "--watch");
  expectRestoreRefused({"-o", "b.png", "-f", "jpg"}, "--format");
  expectRestoreRefused({"-o", "b.gif"}, "GIF");
  expectRestoreRefused({"-f", "jpg", "-d", "16"}, "JPEG");
  expectRestoreRefused({"a.png", "-o", "half.safetensors"}, "not a folder");
}

TEST_F(Arguments, ofSettingsNameSettingValueAndRange) {
  expectRestoreRefused({"--set", "noise_level=999"}, "noise_level");
  expectRestoreRefused({"--set", "noise_level=999"}, "999");
  expectRestoreRefused({"--set", "noise_level=1,5"}, "1,5");
  expectRestoreRefused({"--set", "noise"}, "--set");
  expectRestoreRefused({"--set", "volume=3"}, "volume");
}

TEST_F(Arguments, modelsThatCannotBeLoadedAreFoundBeforeAnythingIsTouched) {
  expectRefused({"restore", "-m", "no-such-model", "a.png"}, "no-such-model");
  writeBytes(folder_ / "broken.safetensors", "nonsense");
  const Ended ended = run({"restore", "-m", "broken.safetensors", "a.png"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, isOneLineAbout("broken.safetensors"));
}

TEST_F(Arguments, ofRecipesAreReadBeforeAnythingIsTouched) {
  writeBytes(folder_ / "r.yaml", "version: 1\nsteps:\n  - modell: half.safetensors\n");
  const Ended ended = run({"restore", "--recipe", "r.yaml", "a.png"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, isOneLineAbout("modell"));
  EXPECT_EQ(run({"restore", "--recipe", "missing.yaml", "a.png"}).code, 2);
}

TEST_F(Arguments, mayBeGivenOnce) {
  expectRestoreRefused({"-q", "80", "-q", "90"}, "--quality");
}

TEST(Version, isPrinted) {
  const Ended ended = cli({"--version"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, ::testing::MatchesRegex("heirloom-cli [0-9]+[.][0-9]+[.][0-9]+\n"));
}

}  // namespace
}  // namespace heirloom::tests
