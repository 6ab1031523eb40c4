#include <torch/types.h>

#include <array>
#include <cstdlib>

#include "models/checkpoint/tensors.h"
#include "tests/cli/workbench.h"
#include "tests/models/support/checkpoint_files.h"

namespace heirloom::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Commands : public Workbench {};

TEST_F(Commands, infoShowsWhatAPhotoIs) {
  picture("photo.tif", {.width = 33, .height = 21, .model = core::ColourModel::Cmyk, .type = core::SampleType::UInt16});
  const auto item = run({"info", "photo.tif", "--json"}).json()["items"][0];
  EXPECT_EQ(item["width"], 33);
  EXPECT_EQ(item["height"], 21);
  EXPECT_EQ(item["bits"], 16);
  EXPECT_EQ(item["colour"], "cmyk");
  EXPECT_EQ(item["format"], "TIFF");
  const Ended ended = run({"info", "photo.tif"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, HasSubstr("33 x 21"));
}

TEST_F(Commands, infoNamesWhatAnotherFormatWouldLose) {
  picture("deep.png", {.alpha = true, .type = core::SampleType::UInt16});
  const auto item = run({"info", "deep.png", "--json"}).json()["items"][0];
  EXPECT_GE(item["losses"]["JPEG"].size(), 2U) << item;
  EXPECT_EQ(item["losses"]["PNG"].size(), 0U) << item;
  const auto one = run({"info", "deep.png", "-f", "jpg", "--json"}).json()["items"][0];
  EXPECT_EQ(one["losses"].size(), 1U);
}

TEST_F(Commands, infoGoesOnAfterABadFile) {
  picture("a.png");
  const Ended ended = run({"info", "missing.png", "a.png", "--json"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_TRUE(ended.json()["items"][0].contains("error"));
  EXPECT_EQ(ended.json()["items"][1]["width"], 40);
}

TEST_F(Commands, modelsAreListedFromThePersonsFolder) {
  fs::create_directories(folder_ / "data/heirloom/models");
  writeNetwork(folder_ / "data/heirloom/models/mine.safetensors");
  const auto models = run({"models", "list", "--json"}).json()["models"];
  const auto mine =
      std::find_if(models.begin(), models.end(), [](const auto& model) { return model["name"] == "mine"; });
  ASSERT_NE(mine, models.end()) << models;
  EXPECT_EQ((*mine)["family"], "FFDNet");
  EXPECT_EQ((*mine)["licence"], "CC0-1.0");
  EXPECT_THAT(run({"models", "list"}).out, HasSubstr("mine"));
}

TEST_F(Commands, modelsAreShownWithTheirSettings) {
  const auto model = run({"models", "show", "half.safetensors", "--json"}).json()["model"];
  EXPECT_EQ(model["channels"], 3);
  EXPECT_EQ(model["settings"][0]["name"], "noise_level");
  EXPECT_TRUE(model["settings"][0].contains("maximum"));
  EXPECT_THAT(run({"models", "show", "half.safetensors"}).out, HasSubstr("noise_level=0..75"));
  EXPECT_EQ(run({"models", "show", "nobody"}).code, 2);
}

TEST_F(Commands, modelsAreInspected) {
  const Ended ended = run({"models", "inspect", "half.safetensors", "--json"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.json()["format"], "safetensors");
  EXPECT_EQ(ended.json()["model"]["family"], "FFDNet");
  EXPECT_EQ(ended.json()["tensors"].size(), 8U);
  EXPECT_THAT(run({"models", "inspect", "half.safetensors", "-v"}).out, HasSubstr("model.0.weight: 16 x 13 x 3 x 3"));
  EXPECT_EQ(run({"models", "inspect", "missing.pth"}).code, 1);
}

TEST_F(Commands, inspectSaysWhatWasTakenOffAndWhoWasAskedBefore) {
  models::NamedTensors network;  // an FDnCNN, which stands below DnCNN in the table
  for (const auto& [index, in, out] : {std::array{0, 4, 8}, std::array{2, 8, 8}, std::array{4, 8, 3}}) {
    const std::string name = "model." + std::to_string(index);
    network.emplace_back(name + ".weight", at::zeros({out, in, 3, 3}, at::kHalf));
    network.emplace_back(name + ".bias", at::zeros({out}, at::kHalf));
  }
  writeGroups(folder_ / "wrapped.pth", {{"params_ema", network}}, {"epoch"});
  const auto json = run({"models", "inspect", "wrapped.pth", "--json"}).json();
  EXPECT_EQ(json["unwrapped"], nlohmann::json::array({"params_ema"}));
  EXPECT_EQ(json["bytes"], fs::file_size(folder_ / "wrapped.pth"));
  EXPECT_EQ(json["model"]["family"], "FDnCNN");
  EXPECT_EQ(json["model"]["stored_as"], "float16");
  const auto& asked = json["considered"];
  const auto before =
      std::find_if(asked.begin(), asked.end(), [](const auto& row) { return row["family"] == "DnCNN"; });
  ASSERT_NE(before, asked.end()) << asked;
  EXPECT_EQ((*before)["taken"], false);
  EXPECT_FALSE((*before)["reason"].get<std::string>().empty());
  EXPECT_EQ(asked.back()["family"], "FDnCNN");
  EXPECT_EQ(asked.back()["taken"], true);
  const std::string text = run({"models", "inspect", "wrapped.pth"}).out;
  EXPECT_THAT(text, HasSubstr("  unwrapped     params_ema\n"));
  EXPECT_THAT(text, testing::ContainsRegex("  not           [^\n]*DnCNN: "));
  EXPECT_THAT(text, testing::ContainsRegex("  size          [0-9]+ (bytes|kB)\n"));
  EXPECT_THAT(text, HasSubstr("stored as float16"));
}

TEST_F(Commands, modelsAreShownWithTheirNotes) {
  writeTwoNetworks(folder_ / "pair.safetensors");
  for (const char* command : {"show", "inspect"}) {
    const Ended ended = run({"models", command, "pair.safetensors", "--network", "net"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_THAT(ended.out, HasSubstr("note          modelspec.author: Some?[31mbody"));
    EXPECT_THAT(ended.out, HasSubstr("note          ss_tags: xxx"));
    EXPECT_THAT(ended.out, testing::Not(HasSubstr("end\n")));
    EXPECT_THAT(run({"models", command, "pair.safetensors", "--network", "net", "-v"}).out, HasSubstr("xend\n"));
  }
  const auto shown = run({"models", "show", "pair.safetensors#net", "--json"}).json()["model"];
  EXPECT_EQ(shown["notes"]["modelspec.author"], "Some\x1b[31mbody");
  EXPECT_EQ(shown["network"], "net");
  const auto inspected = run({"models", "inspect", "pair.safetensors#net", "--json"}).json();
  EXPECT_EQ(inspected["metadata"]["modelspec.author"], "Some\x1b[31mbody");
  EXPECT_EQ(inspected["file"], "pair.safetensors");
  EXPECT_EQ(inspected["network"], "net");
}

TEST_F(Commands, devicesIncludeTheProcessor) {
  const auto devices = run({"devices", "--json"}).json()["devices"];
  ASSERT_FALSE(devices.empty());
  EXPECT_EQ(devices.back()["id"], "cpu");
  EXPECT_GT(devices.back()["total_memory"], 0);
  EXPECT_THAT(run({"devices"}).out, HasSubstr("cpu: "));
}

TEST_F(Commands, compareScoresPicturesAndFolders) {
  picture("x/a.png");
  picture("y/a.png");
  ASSERT_EQ(run({"restore", "-m", "half.safetensors", "--set", "noise_level=5", "x/a.png", "-o", "y/b.png"}).code, 0);
  const auto same = run({"compare", "x/a.png", "y/a.png", "--json"}).json()["items"][0];
  EXPECT_EQ(same["equal"], true);
  EXPECT_TRUE(same["psnr"].is_null());
  EXPECT_DOUBLE_EQ(same["ssim"], 1);
  const auto other = run({"compare", "x/a.png", "y/b.png", "--json"}).json()["items"][0];
  EXPECT_GT(other["psnr"], 8);
  EXPECT_LT(other["psnr"], 20);
  picture("x/b.png");
  const auto folders = run({"compare", "x", "y", "--json"}).json();
  EXPECT_EQ(folders["items"].size(), 2U);
  EXPECT_TRUE(folders.contains("mean"));
}

TEST_F(Commands, compareFindsResultsByTheNameTheyWereGiven) {
  picture("x/a.png");
  ASSERT_EQ(restore({"x", "-o", "y"}).code, 0);
  EXPECT_EQ(run({"compare", "x", "y"}).code, 0);
  picture("x/alone.png");
  const Ended ended = run({"compare", "x", "y"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, isOneLineAbout("x/alone.png: "));
}

TEST_F(Commands, compareRefusesPicturesOfDifferentSize) {
  picture("a.png");
  picture("b.png", {.width = 41});
  const Ended ended = run({"compare", "a.png", "b.png"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, isOneLineAbout("41 x 30"));
  EXPECT_EQ(run({"compare", "a.png", "."}).code, 2);
}

TEST_F(Commands, trainGoesFromYamlToWeightsThatRestore) {
  picture("photos/a.png", {.width = 96, .height = 96});
  writeBytes(folder_ / "tiny.yaml",
             "dataset: {folder: photos, patch: 16, batch: 2}\n"
             "network: {family: FFDNet, channels: 3, features: 16, layers: 3}\n"
             "schedule: {iterations: 4, warm_up: 1}\n"
             "output: run\n");
  const Ended ended = run({"train", "tiny.yaml", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const std::string weights = ended.json()["weights"];
  EXPECT_EQ(run({"models", "inspect", weights}).code, 0);
  EXPECT_EQ(run({"train", "missing.yaml"}).code, 2);
}

TEST_F(Commands, fullStandardOutputIsAFailure) {
  const std::string command = std::string(HEIRLOOM_CLI) + " devices > /dev/full 2> /dev/null";
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 1);
}

}  // namespace
}  // namespace heirloom::tests
