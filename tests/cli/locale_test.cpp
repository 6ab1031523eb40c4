#include "tests/cli/workbench.h"

namespace heirloom::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A system whose people write 0,5.
class CommaLocale : public Workbench {
 protected:
  void SetUp() override {
    const std::string command =
        "localedef -i de_DE -f UTF-8 " + (folder_ / "de_DE.UTF-8").string() + " > /dev/null 2>&1";
    // localedef reports warnings by its status; what counts is whether the locale is there.
    (void)std::system(command.c_str());
    if (!std::filesystem::exists(folder_ / "de_DE.UTF-8/LC_NUMERIC"))
      GTEST_SKIP() << "no German locale can be made here";
    surroundings_.environment = {
        {"LOCPATH", folder_.path().string()}, {"LC_ALL", "de_DE.UTF-8"}, {"LANG", "de_DE.UTF-8"}};
  }
  Surroundings surroundings_;
};

TEST_F(CommaLocale, changesNoNumber) {
  picture("photo.png");
  const Ended ended = run({"restore", "-m", "half.safetensors", "photo.png", "--set", "noise_level=12.5", "--strength",
                           "0.5", "--sidecar", "-f", "jpg", "--json"},
                          surroundings_);
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_TRUE(ended.json()["items"][0]["seconds"].is_number());
  const std::string recipe = bytesOf(folder_ / "photo_half.heirloom.yaml");
  EXPECT_THAT(recipe, HasSubstr("12.5"));
  EXPECT_THAT(recipe, HasSubstr("0.5"));
  EXPECT_THAT(recipe, Not(HasSubstr("0,5")));
  EXPECT_EQ(
      run({"restore", "photo.png", "--recipe", "photo_half.heirloom.yaml", "-o", "again.jpg"}, surroundings_).code, 0);
  EXPECT_EQ(run({"restore", "-m", "half.safetensors", "photo.png", "--strength", "0,5"}, surroundings_).code, 2);
  EXPECT_EQ(run({"restore", "-m", "half.safetensors", "photo.png", "--set", "noise_level=12,5"}, surroundings_).code,
            2);
}

TEST_F(CommaLocale, changesNoOutput) {
  picture("photo.png");
  picture("other.png", {.alpha = true});
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"models", "show", "half.safetensors"}, std::vector<std::string>{"info", "photo.png"},
        std::vector<std::string>{"compare", "photo.png", "other.png"}}) {
    EXPECT_EQ(run(arguments, surroundings_).out, run(arguments).out) << arguments.front();
  }
}

}  // namespace
}  // namespace heirloom::tests
