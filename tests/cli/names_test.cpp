#include <ctime>

#include "tests/cli/workbench.h"

namespace heirloom::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using Names = std::set<std::string>;

class Naming : public Workbench {};

TEST_F(Naming, fillsEveryFieldOfATemplate) {
  picture("a.png");
  picture("b.jpg", {.width = 64, .height = 48});
  ASSERT_EQ(restore({"a.png", "b.jpg", "-o", "out", "--template",
                     "{index}-{name}-{model}-{recipe}-{scale}{_scale}-{size}-{{x}}.{ext}"})
                .code,
            0);
  EXPECT_EQ(everythingIn(folder_ / "out"), (Names{"1-a-half-half-1-40x30-{x}.png", "2-b-half-half-1-64x48-{x}.jpg"}));
}

TEST_F(Naming, knowsTheDateAndMakesFolders) {
  picture("a.png");
  ASSERT_EQ(restore({"a.png", "--template", "{date}/{name}.{ext}"}).code, 0);
  const std::time_t now = std::time(nullptr);
  char today[16];
  std::strftime(today, sizeof today, "%Y-%m-%d", std::localtime(&now));
  EXPECT_TRUE(fs::exists(folder_ / today / "a.png")) << today;
}

TEST_F(Naming, countsWithAsManyDigitsAsThereAreFiles) {
  std::vector<std::string> arguments = {"-o", "out", "--strength", "0", "--template", "{index}.{ext}"};
  for (int i = 0; i < 10; ++i)
    arguments.push_back(picture("p" + std::to_string(i) + ".png", {.width = 4, .height = 4}).filename());
  ASSERT_EQ(restore(arguments).code, 0);
  EXPECT_TRUE(fs::exists(folder_ / "out/01.png"));
  EXPECT_TRUE(fs::exists(folder_ / "out/10.png"));
}

TEST_F(Naming, keepsTheSpellingOfTheExtension) {
  picture("A.JPEG");
  ASSERT_EQ(restore({"A.JPEG"}).code, 0);
  EXPECT_EQ(added({"A.JPEG"}), Names{"A_half.JPEG"});
}

TEST_F(Naming, takesTheFormatFromATemplate) {
  picture("a.png");
  ASSERT_EQ(restore({"a.png", "--template", "{name}-new.webp"}).code, 0);
  EXPECT_EQ(core::readPhoto(folder_ / "a-new.webp").format, core::FileFormat::WebP);
}

TEST_F(Naming, appendsASuffix) {
  picture("a.png");
  ASSERT_EQ(restore({"a.png", "--suffix", " (restored) {1}"}).code, 0);
  EXPECT_TRUE(fs::exists(folder_ / "a (restored) {1}.png"));
}

TEST_F(Naming, refusesTemplatesThatCannotBeNames) {
  picture("a.png");
  for (const char* pattern :
       {"{nam}.{ext}", "{name", "../{name}.{ext}", "/x/{name}.{ext}", "{name}", "{name}.txt", "{name}{ext}"}) {
    const Ended ended = restore({"a.png", "--template", pattern});
    EXPECT_EQ(ended.code, 2) << pattern;
    EXPECT_THAT(ended.err, isOneLineAbout("template")) << pattern;
  }
  EXPECT_EQ(added({"a.png"}), Names{});
}

class Collision : public Workbench {
 protected:
  Collision() {
    picture("a.png");
    writeBytes(folder_ / "a_half.png", "precious");
  }
  std::string there() const { return bytesOf(folder_ / "a_half.png"); }
};

TEST_F(Collision, failsByDefaultAndNamesTheWaysOut) {
  const Ended ended = restore({"a.png"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, isOneLineAbout("a_half.png"));
  for (const char* way : {"skip", "number", "--overwrite"}) EXPECT_THAT(ended.err, HasSubstr(way));
  EXPECT_EQ(there(), "precious");
}

TEST_F(Collision, skips) {
  const Ended ended = restore({"a.png", "--existing", "skip", "--json"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.json()["items"][0]["status"], "skipped");
  EXPECT_EQ(there(), "precious");
}

TEST_F(Collision, numbers) {
  ASSERT_EQ(restore({"a.png", "--existing", "number"}).code, 0);
  ASSERT_EQ(restore({"a.png", "--existing", "number"}).code, 0);
  EXPECT_EQ(there(), "precious");
  EXPECT_TRUE(fs::exists(folder_ / "a_half-2.png"));
  EXPECT_TRUE(fs::exists(folder_ / "a_half-3.png"));
}

TEST_F(Collision, overwritesOnlyWhenAsked) {
  ASSERT_EQ(restore({"a.png", "--overwrite"}).code, 0);
  EXPECT_NE(there(), "precious");
  writeBytes(folder_ / "a_half.png", "precious");
  ASSERT_EQ(restore({"a.png", "--existing", "overwrite"}).code, 0);
  EXPECT_NE(there(), "precious");
}

TEST_F(Collision, neverReplacesTheSource) {
  const std::string source = bytesOf(folder_ / "a.png");
  for (const char* policy : {"fail", "skip", "overwrite"}) {
    const Ended ended = restore({"a.png", "-o", "a.png", "--existing", policy});
    EXPECT_EQ(ended.code, 1) << policy;
    EXPECT_THAT(ended.err, isOneLineAbout("replace the photo")) << policy;
  }
  fs::create_symlink("a.png", folder_ / "soft.png");
  fs::create_hard_link(folder_ / "a.png", folder_ / "hard.png");
  fs::create_directory_symlink(".", folder_ / "round");
  for (const char* name : {"soft.png", "hard.png", "round/a.png", "./a.png"}) {
    EXPECT_EQ(restore({"a.png", "-o", name, "--overwrite"}).code, 1) << name;
  }
  EXPECT_EQ(restore({"soft.png", "-o", "a.png", "--overwrite"}).code, 1);
  EXPECT_EQ(bytesOf(folder_ / "a.png"), source);
}

TEST_F(Collision, neverReplacesAnotherSourceOfTheRun) {
  picture("b.png");
  const std::string source = bytesOf(folder_ / "b.png");
  EXPECT_EQ(restore({"a.png", "b.png", "--overwrite", "--template", "b.{ext}"}).code, 1);
  EXPECT_EQ(bytesOf(folder_ / "b.png"), source);
}

TEST_F(Collision, neverReplacesAResultOfTheSameRun) {
  picture("x/p.png");
  picture("y/p.png", {.width = 50});
  const Ended ended = restore({"x/p.png", "y/p.png", "-o", "out", "--overwrite"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, isOneLineAbout("y/p.png"));
  EXPECT_EQ(core::readHeader(folder_ / "out/p_half.png").layout.width, 40);
  ASSERT_EQ(restore({"x/p.png", "y/p.png", "-o", "out2", "--existing", "number"}).code, 0);
  EXPECT_EQ(everythingIn(folder_ / "out2"), (Names{"p_half.png", "p_half-2.png"}));
}

TEST_F(Collision, countsTheSidecarAsPartOfTheResult) {
  fs::remove(folder_ / "a_half.png");
  writeBytes(folder_ / "a_half.heirloom.yaml", "precious");
  EXPECT_EQ(restore({"a.png", "--sidecar"}).code, 1);
  EXPECT_EQ(bytesOf(folder_ / "a_half.heirloom.yaml"), "precious");
  EXPECT_FALSE(fs::exists(folder_ / "a_half.png"));
}

class OddNames : public Workbench {};

TEST_F(OddNames, mayBeAnyBytes) {
  const std::vector<std::string> stems = {"with space",   "-dash",  "new\nline", "\xF0\x9F\x93\xB7 camera",
                                          "caf\xE9 \xFF", "[a,b]",  "{}",        "a=b",
                                          "%s%n",         "'\"$`\\"};
  std::vector<std::string> arguments = {"--json", "--"};
  for (const std::string& stem : stems) {
    picture(stem + ".png", {.width = 12, .height = 12});
    arguments.push_back(stem + ".png");
  }
  picture("[x]/p.png", {.width = 12, .height = 12});
  arguments.emplace_back("[x]");
  const Ended ended = restore(arguments);
  EXPECT_EQ(ended.code, 0) << ended.err;
  for (const std::string& stem : stems) EXPECT_TRUE(fs::exists(folder_ / (stem + "_half.png"))) << stem;
  EXPECT_TRUE(fs::exists(folder_ / "[x]/p_half.png"));
  const auto items = ended.json()["items"];
  ASSERT_EQ(items.size(), stems.size() + 1);
  EXPECT_EQ(items[2]["file"], "new\nline.png");
  EXPECT_EQ(items[4]["file"], "caf\xEF\xBF\xBD \xEF\xBF\xBD.png");
  EXPECT_EQ(items[4]["path_base64"], "Y2Fm6SD/LnBuZw==");
  EXPECT_EQ(items[4]["output_path_base64"], "Y2Fm6SD/X2hhbGYucG5n");
  EXPECT_FALSE(items[3].contains("path_base64"));
}

TEST_F(OddNames, keepMessagesOnOneLine) {
  const Ended ended = restore({"mis\nsing\x1B[31m.png"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, isOneLineAbout("mis?sing?[31m.png"));
}

}  // namespace
}  // namespace heirloom::tests
