#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/photo/photo.h"
#include "core/recipe/recipe.h"
#include "tests/cli/workbench.h"

namespace heirloom::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;
using Names = std::set<std::string>;

constexpr float kCode = 1.0F / 255;

TEST_F(Restore, writesBesideItsSourceUnderTheModelsName) {
  const fs::path source = picture("photo.png");
  const std::string before = bytesOf(source);
  const Ended ended = restore({"photo.png"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(added({"photo.png"}), Names{"photo_half.png"});
  EXPECT_EQ(bytesOf(source), before);
  EXPECT_NEAR(firstSample(folder_ / "photo_half.png", 30, 3), firstSample(source, 30, 3) / 2, kCode);
  EXPECT_THAT(ended.out, HasSubstr("photo.png -> photo_half.png"));
}

TEST_F(Restore, writesTheFileThatIsAskedForInTheFormatOfItsName) {
  picture("photo.png");
  ASSERT_EQ(restore({"photo.png", "-o", "deeper/result.tif"}).code, 0);
  EXPECT_EQ(added({"photo.png"}), (Names{"deeper", "deeper/result.tif"}));
  EXPECT_EQ(core::readPhoto(folder_ / "deeper/result.tif").format, core::FileFormat::Tiff);
}

TEST_F(Restore, keepsTheTreeOfAFolderInTheOutputFolder) {
  picture("in/a.png");
  picture("in/deep/er/b.jpg");
  writeBytes(folder_ / "in/notes.txt", "no picture");
  ASSERT_EQ(restore({"-r", "in", "-o", "out"}).code, 0);
  EXPECT_EQ(everythingIn(folder_ / "out"), (Names{"a_half.png", "deep", "deep/er", "deep/er/b_half.jpg"}));
}

TEST_F(Restore, staysInTheFolderWithoutRecursive) {
  picture("in/a.png");
  picture("in/deep/b.png");
  ASSERT_EQ(restore({"in", "-o", "out"}).code, 0);
  EXPECT_EQ(everythingIn(folder_ / "out"), Names{"a_half.png"});
}

TEST_F(Restore, leavesHiddenFilesOfAFolderAlone) {
  picture("in/a.png");
  picture("in/._a.png");  // macOS keeps such beside every file on foreign disks
  picture("in/.thumbnails/b.png");
  ASSERT_EQ(restore({"-r", "in", "-o", "out"}).code, 0);
  EXPECT_EQ(everythingIn(folder_ / "out"), Names{"a_half.png"});
}

TEST_F(Restore, doesNotTakeItsOwnOutputFolderForInput) {
  picture("in/a.png");
  ASSERT_EQ(restore({"-r", "in", "-o", "in/out"}).code, 0);
  ASSERT_EQ(restore({"-r", "in", "-o", "in/out", "--overwrite"}).code, 0);
  EXPECT_EQ(everythingIn(folder_ / "in"), (Names{"a.png", "out", "out/a_half.png"}));
}

TEST_F(Restore, holdsTheSourcesOwnSamplesAtStrengthZero) {
  const fs::path source = picture("photo.tif", {.model = core::ColourModel::Cmyk, .type = core::SampleType::UInt16});
  const Ended ended = restore({"photo.tif", "-o", "same.tif", "--strength", "0", "--json"});
  ASSERT_EQ(ended.code, 0);
  EXPECT_FALSE(ended.json()["items"][0].contains("device"));  // no network ran
  const core::Photo before = core::readPhoto(source);
  const core::Photo after = core::readPhoto(folder_ / "same.tif");
  ASSERT_EQ(after.raster->layout(), before.raster->layout());
  for (std::int64_t y = 0; y < before.raster->height(); ++y) {
    EXPECT_TRUE(std::ranges::equal(before.raster->row(y), after.raster->row(y))) << "row " << y;
  }
}

TEST_F(Restore, blendsByStrengthAsNumberOrPercent) {
  const float source = firstSample(picture("photo.png"), 30, 3);
  ASSERT_EQ(restore({"photo.png", "-o", "a.png", "--strength", "0.5"}).code, 0);
  ASSERT_EQ(restore({"photo.png", "-o", "b.png", "--strength", "50%"}).code, 0);
  EXPECT_NEAR(firstSample(folder_ / "a.png", 30, 3), source * 0.75F, kCode);
  EXPECT_EQ(firstSample(folder_ / "a.png", 30, 3), firstSample(folder_ / "b.png", 30, 3));
}

TEST_F(Restore, changesFormatAndDepthOnDemand) {
  picture("photo.png");
  ASSERT_EQ(restore({"photo.png", "-f", "tif", "-d", "16"}).code, 0);
  const core::Photo photo = core::readPhoto(folder_ / "photo_half.tif");
  EXPECT_EQ(photo.raster->layout().type, core::SampleType::UInt16);
  ASSERT_EQ(restore({"photo.png", "-f", "jpg", "-q", "31"}).code, 0);
  EXPECT_NEAR(core::readPhoto(folder_ / "photo_half.jpg").jpegQuality, 31, 1);
}

TEST_F(Restore, warnsOfWhatAFormatLoses) {
  picture("deep.png", {.alpha = true, .type = core::SampleType::UInt16});
  const Ended ended = restore({"deep.png", "-f", "jpg", "--background", "#102030", "--json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("heirloom-cli: warning: deep.png: "));
  EXPECT_FALSE(ended.json()["warnings"].empty());
  EXPECT_EQ(ended.json()["items"][0]["warnings"], ended.json()["warnings"]);
}

TEST_F(Restore, saysThatItScaledAKernelsSumToOne) {
  picture("photo.png");
  const auto deblurred = [&](const std::string& result, const std::string& kernel) {
    const Ended ended = run({"restore", "-m", "dpir-deblur", "photo.png", "-o", result, "--set",
                             "denoiser=half.safetensors", "--set", "noise_level=5", "--set", "kernel=" + kernel});
    EXPECT_EQ(ended.code, 0) << ended.err;
    return ended.err;
  };
  EXPECT_THAT(deblurred("one.png", "grid:3x1:0.25,0.5,0.25"), Not(HasSubstr("blur kernel")));
  EXPECT_THAT(deblurred("four.png", "grid:3x1:1,2,1"),
              HasSubstr("heirloom-cli: warning: photo.png: the blur kernel summed to 4 and was scaled to 1\n"));
  EXPECT_EQ(run({"compare", "one.png", "four.png", "--json"}).json()["items"][0]["equal"], true);
}

TEST_F(Restore, goesOnAfterABadFile) {
  picture("a.png");
  writeBytes(folder_ / "b.png", "no picture");
  picture("c.png");
  const Ended ended = restore({"a.png", "b.png", "missing.png", "c.png", "--json"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(added({"a.png", "b.png", "c.png"}), (Names{"a_half.png", "c_half.png"}));
  std::vector<std::string> states;
  const auto document = ended.json();
  for (const auto& item : document["items"]) states.push_back(item["status"]);
  EXPECT_EQ(states, (std::vector<std::string>{"done", "failed", "failed", "done"}));
}

TEST_F(Restore, hasNothingToDoInAFolderWithoutPictures) {
  fs::create_directory(folder_ / "empty");
  const Ended ended = restore({"empty", "--json"});
  EXPECT_EQ(ended.code, 3);
  EXPECT_TRUE(ended.json().contains("error"));
  EXPECT_EQ(ended.json()["exit_code"], 3);
}

TEST_F(Restore, touchesNothingInADryRun) {
  picture("in/a.png");
  const Ended ended = restore({"in", "-o", "out", "--dry-run", "--sidecar"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, HasSubstr("in/a.png -> out/a_half.png"));
  EXPECT_EQ(added({"in", "in/a.png"}), Names{});
}

TEST_F(Restore, findsInADryRunWhatWouldFail) {
  picture("a.png");
  picture("a_half.png");
  EXPECT_EQ(restore({"a.png", "--dry-run"}).code, 1);
}

TEST_F(Restore, remembersTheRecipeInTheResultAndBesideIt) {
  picture("photo.jpg");
  ASSERT_EQ(restore({"photo.jpg", "--sidecar", "--strength", "0.25"}).code, 0);
  const std::string recipe = core::embeddedRecipe(core::readPhoto(folder_ / "photo_half.jpg").metadata);
  EXPECT_EQ(bytesOf(folder_ / "photo_half.heirloom.yaml"), recipe);
  EXPECT_THAT(recipe, HasSubstr("noise_level"));
  EXPECT_THAT(recipe, HasSubstr("0.25"));

  // The sidecar is a recipe again, and the same one.
  ASSERT_EQ(run({"restore", "photo.jpg", "--recipe", "photo_half.heirloom.yaml", "-o", "again.jpg"}).code, 0);
  EXPECT_EQ(firstSample(folder_ / "again.jpg"), firstSample(folder_ / "photo_half.jpg"));
}

TEST_F(Restore, leavesTheRecipeOutOnDemandAndFoldersAlways) {
  picture("photo.jpg");
  ASSERT_EQ(run({"restore", "-m", (folder_ / "half.safetensors").string(), "photo.jpg"}).code, 0);
  EXPECT_THAT(core::embeddedRecipe(core::readPhoto(folder_ / "photo_half.jpg").metadata),
              Not(HasSubstr(folder_.path().string())));
  const std::string blend = (folder_ / "half.safetensors").string() + ":0.5";
  ASSERT_EQ(restore({"photo.jpg", "-o", "blended.jpg", "--set", "blend=" + blend, "--sidecar"}).code, 0);
  EXPECT_THAT(bytesOf(folder_ / "blended.heirloom.yaml"), HasSubstr("\"half.safetensors:0.5\""));
  EXPECT_EQ(bytesOf(folder_ / "blended.heirloom.yaml"),
            core::embeddedRecipe(core::readPhoto(folder_ / "blended.jpg").metadata));
  ASSERT_EQ(restore({"photo.jpg", "-o", "stripped.jpg", "--strip", "recipe"}).code, 0);
  EXPECT_EQ(core::embeddedRecipe(core::readPhoto(folder_ / "stripped.jpg").metadata), "");
}

TEST_F(Restore, runsTheStepsOfARecipe) {
  const float source = firstSample(picture("photo.png"), 30, 3);
  writeBytes(folder_ / "twice.yaml",
             "version: 1\nsteps:\n  - model: half.safetensors\n    settings: {noise_level: 5}\n"
             "  - model: half.safetensors\n    settings: {noise_level: 5}\n");
  ASSERT_EQ(run({"restore", "photo.png", "--recipe", "twice.yaml"}).code, 0);
  EXPECT_NEAR(firstSample(folder_ / "photo_twice.png", 30, 3), source / 4, kCode);
}

TEST_F(Restore, remembersTheNoiseLevelOfEveryStep) {
  picture("photo.png");
  writeBytes(folder_ / "twice.yaml", "version: 1\nsteps:\n  - model: half.safetensors\n  - model: half.safetensors\n");
  const Ended ended = run({"restore", "photo.png", "--recipe", "twice.yaml", "--sidecar", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const core::Recipe recipe = core::readRecipe(folder_ / "photo_twice.heirloom.yaml");
  const auto chosen = ended.json()["items"][0]["chosen_by_step"];
  ASSERT_EQ(recipe.steps.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_EQ(recipe.steps[i].settings.at("noise_level"), chosen[i]["noise_level"].get<std::string>()) << i;
}

TEST_F(Restore, printsTheNoiseLevelThatItEstimated) {
  picture("photo.png");
  const Ended ended = run({"restore", "-m", "half.safetensors", "photo.png"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("noise_level "));
  EXPECT_THAT(ended.out, HasSubstr("estimated"));
  const Ended json = run({"restore", "-m", "half.safetensors", "photo.png", "--overwrite", "--json"});
  EXPECT_TRUE(json.json()["items"][0]["chosen"].contains("noise_level")) << json.out;
}

TEST_F(Restore, takesTheShippedDenoiserWhenNoModelIsNamed) {
  picture("photo.png");
  const Ended ended = run({"restore", "photo.png"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(added({"photo.png"}), Names{"photo_heirloom-denoise.png"});
  EXPECT_THAT(ended.out, HasSubstr("noise_level "));
}

// Bands would be steps of many code values beside steps of none.
TEST_F(Restore, theShippedDenoiserKeepsARampOfSixteenBitsSmooth) {
  constexpr std::int64_t kWidth = 1024, kHeight = 24, kStep = 24;  // a sky: 3/8 of the range
  constexpr double kSeen = 64;                                     // a quarter of a code value of 8 bits
  auto ramp = std::make_shared<core::Raster>(
      core::Layout{kWidth, kHeight, core::ColourModel::Rgb, false, core::SampleType::UInt16});
  std::vector<float> row(3 * kWidth);
  for (std::size_t i = 0; i < row.size(); ++i)
    row[i] = static_cast<float>((20000 + kStep * static_cast<double>(i / 3)) / 65535);
  for (std::int64_t y = 0; y < kHeight; ++y) core::fromFloat(row, {0, y, kWidth, 1}, *ramp);
  core::Photo photo;
  photo.raster = ramp;
  core::writePhoto(photo, folder_ / "ramp.tif", {});
  for (const char* level : {"5", "25"}) {
    ASSERT_EQ(
        run({"restore", "ramp.tif", "-o", "out.tif", "--overwrite", "--set", std::string("noise_level=") + level}).code,
        0);
    const core::Photo restored = core::readPhoto(folder_ / "out.tif");
    ASSERT_EQ(restored.raster->layout().type, core::SampleType::UInt16);
    core::toFloat(*restored.raster, {0, kHeight / 2, kWidth, 1}, row);
    for (std::int64_t x = 17; x + 16 < kWidth; ++x) {  // away from the edges, which a network sees differently
      const double step = 65535.0 * (row[3 * x + 1] - row[3 * x - 2]);
      EXPECT_NEAR(step, kStep, kSeen) << "noise_level " << level << ", column " << x;
    }
  }
}

TEST_F(Restore, calculatesInThePrecisionThatIsAskedFor) {
  picture("photo.tif", {.width = 64, .height = 48});
  const auto restored = [&](const char* result, const char* type) {
    return run({"restore", "photo.tif", "-o", result, "--set", "noise_level=25", "-d", "16", "--dtype", type}).code;
  };
  ASSERT_EQ(restored("exact.tif", "float32"), 0);
  ASSERT_EQ(restored("half.tif", "bfloat16"), 0);
  const auto item = run({"compare", "exact.tif", "half.tif", "--json"}).json()["items"][0];
  EXPECT_EQ(item["equal"], false);
  EXPECT_GT(item["psnr"], 45);
  EXPECT_EQ(restored("none.tif", "int8"), 2);
}

TEST_F(Restore, saysTheSameWithOneTileOrMany) {
  // No code times this is a tie of the one rounding, which a kernel's last bit could tip.
  writeNetwork(folder_ / "dimmed.safetensors", {.gain = 0.6});
  picture("photo.png", {.width = 300, .height = 200});
  const auto restored = [&](const char* result, const char* tile) {
    return run(
        {"restore", "-m", "dimmed.safetensors", "--set", "noise_level=5", "photo.png", "-o", result, "--tile", tile});
  };
  ASSERT_EQ(restored("one.png", "0").code, 0);
  ASSERT_EQ(restored("many.png", "64").code, 0);
  EXPECT_EQ(run({"compare", "one.png", "many.png", "--json"}).json()["items"][0]["equal"], true);
}

TEST_F(Restore, keepsMetadataApartFromWhatIsStripped) {
  picture("photo.jpg");
  ASSERT_EQ(std::system(("exiftool -q -overwrite_original -Artist=Somebody -GPSLatitude=10 -GPSLatitudeRef=N " +
                         (folder_ / "photo.jpg").string())
                            .c_str()),
            0);
  ASSERT_EQ(restore({"photo.jpg", "-o", "kept.jpg"}).code, 0);
  EXPECT_TRUE(run({"info", "kept.jpg", "--json"}).json()["items"][0]["tags"].contains("latitude"));
  ASSERT_EQ(restore({"photo.jpg", "-o", "placeless.jpg", "--strip", "gps"}).code, 0);
  const auto tags = run({"info", "placeless.jpg", "--json"}).json()["items"][0];
  EXPECT_FALSE(tags["tags"].contains("latitude"));
  EXPECT_GT(tags["metadata"]["exif"], 0);
  ASSERT_EQ(restore({"photo.jpg", "-o", "bare.jpg", "--strip", "all"}).code, 0);
  EXPECT_EQ(run({"info", "bare.jpg", "--json"}).json()["items"][0]["metadata"]["exif"], 0);
}

}  // namespace
}  // namespace heirloom::tests
