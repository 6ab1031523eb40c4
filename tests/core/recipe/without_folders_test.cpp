#include "core/recipe/without_folders.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "models/instantir/options.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::core {
namespace {

namespace fs = std::filesystem;

std::string modelOf(const std::string& text) {
  return withoutFolders({{{text, {}, 1}}}).steps[0].model;
}

std::string settingOf(const std::string& name, const std::string& text) {
  return withoutFolders({{{"model", {{name, text}}, 1}}}).steps[0].settings.at(name);
}

TEST(WithoutFolders, modelsKeepTheirLastName) {
  const tests::TemporaryFolder folder;
  fs::create_directories(folder / "models#2/restorevar");
  std::ofstream(folder / "models#2/pair.pth") << "weights";
  const std::string there = (folder / "models#2").string();
  EXPECT_EQ(modelOf(there + "/pair.pth"), "pair.pth");
  EXPECT_EQ(modelOf(there + "/pair.pth#net/g"), "pair.pth#net/g");
  EXPECT_EQ(modelOf(there + "/restorevar"), "restorevar");
  EXPECT_EQ(modelOf(there + "/restorevar/"), "restorevar");
  EXPECT_EQ(modelOf(there + "/restorevar//"), "restorevar");
  EXPECT_EQ(modelOf(there + "/restorevar/."), "restorevar");
  EXPECT_EQ(modelOf("."), fs::current_path().filename().string());
  EXPECT_EQ(modelOf("heirloom-denoise"), "heirloom-denoise");
  EXPECT_EQ(modelOf("pair#net/g"), "pair#net/g");
  // It is gone.
  EXPECT_EQ(modelOf("/some#where/gone.pth#net"), "gone.pth#net");
}

TEST(WithoutFolders, settingsThatNameFilesKeepTheirLastName) {
  const tests::TemporaryFolder folder;
  std::ofstream(folder / "kernels.mat") << "kernels";
  const std::string file = (folder / "kernels.mat").string();
  EXPECT_EQ(settingOf("kernel", file), "kernels.mat");
  EXPECT_EQ(settingOf("kernel", file + "#3"), "kernels.mat#3");
  EXPECT_EQ(settingOf("pca", "../weights/srmd_pca_matlab.mat"), "srmd_pca_matlab.mat");
  EXPECT_EQ(settingOf("denoiser", "/home/me/drunet_color.pth"), "drunet_color.pth");
  EXPECT_EQ(settingOf("blend", "/home/me/BSRNet.pth:0.3"), "BSRNet.pth:0.3");
  EXPECT_EQ(settingOf("blend", file + "#net:0.3"), "kernels.mat#net:0.3");
  EXPECT_EQ(settingOf("kernel", "grid:2x1:0.5,0.5"), "grid:2x1:0.5,0.5");
  EXPECT_EQ(settingOf("noise_level", "12.5"), "12.5");
}

TEST(WithoutFolders, masksKeepTheirLastName) {
  const Recipe recipe = withoutFolders({{{"model", {}, 1, "/home/me/sky.png"}, {"model", {}, 1}}});
  EXPECT_EQ(recipe.steps[0].mask, "sky.png");
  EXPECT_EQ(recipe.steps[1].mask, "");
}

TEST(WithoutFolders, promptsKeepTheirWords) {
  EXPECT_EQ(settingOf("prompt", "a cat and/or a dog"), "a cat and/or a dog");
  for (const models::Parameter& parameter : models::instantIrParameters(true, true)) {
    EXPECT_EQ(holdsWords(parameter.name), std::holds_alternative<models::TextInput>(parameter.range)) << parameter.name;
  }
}

}  // namespace
}  // namespace heirloom::core
