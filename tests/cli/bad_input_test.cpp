#include "tests/cli/workbench.h"
#include "tests/models/instantir/tiny_folder.h"
#include "tests/models/restorevar/tiny_folder.h"

namespace heirloom::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using Names = std::set<std::string>;

/// Every one of these is one line, exit code 1, and nothing lost or left behind.
class BadInput : public Workbench {
 protected:
  void expectFailure(const std::vector<std::string>& arguments, const std::string& file, const std::string& words = {},
                     const Surroundings& surroundings = {}) const {
    const Names before = everythingIn(folder_.path());
    const Ended ended = restore(arguments, surroundings);
    EXPECT_EQ(ended.code, 1) << ended.err;
    EXPECT_THAT(ended.err, isOneLineAbout("heirloom-cli: " + file + ": "));
    EXPECT_THAT(ended.err, HasSubstr(words));
    EXPECT_THAT(ended.err, HasSubstr("; ")) << "what to do is missing";
    EXPECT_EQ(everythingIn(folder_.path()), before);
  }
};

TEST_F(BadInput, aMissingFile) {
  expectFailure({"missing.png"}, "missing.png");
}

TEST_F(BadInput, aTextNamedAsAPicture) {
  writeBytes(folder_ / "letter.jpg", "Dear Sir or Madam,\n");
  expectFailure({"letter.jpg"}, "letter.jpg");
}

TEST_F(BadInput, anEmptyFile) {
  writeBytes(folder_ / "empty.png", "");
  expectFailure({"empty.png"}, "empty.png");
}

TEST_F(BadInput, aTruncatedPng) {
  const fs::path whole = picture("photo.png", {.width = 200, .height = 200});
  writeBytes(folder_ / "cut.png", bytesOf(whole).substr(0, bytesOf(whole).size() / 2));
  expectFailure({"cut.png"}, "cut.png", "--accept-damaged");
  const Ended ended = restore({"cut.png", "--accept-damaged"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("heirloom-cli: warning: cut.png: "));
  EXPECT_TRUE(fs::exists(folder_ / "cut_half.png"));
}

TEST_F(BadInput, aPngThatClaimsTenBillionPixels) {
  writeHollowPng(folder_ / "huge.png", 100'000, 100'000);
  expectFailure({"huge.png"}, "huge.png");
}

TEST_F(BadInput, aSizeThatTheFormatCannotHold) {
  picture("wide.png", {.width = 70'000, .height = 4});
  expectFailure({"wide.png", "-f", "jpg"}, "wide_half.jpg", "65");
}

TEST_F(BadInput, aPhotoOfOnePixelForScalesOfTokens) {
  writeTinyRestoreVar(folder_ / "tiny");
  const core::Layout one = core::readPhoto(picture("dot.png", {.width = 1, .height = 1})).raster->layout();
  for (const char* way : {"auto", "square", "tiles"}) {
    const std::string out = std::string(way) + ".png", setting = std::string("size=") + way;
    const Ended ended = run({"restore", "-m", "tiny", "dot.png", "-o", out, "--set", setting});
    ASSERT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(core::readPhoto(folder_ / out).raster->layout(), one);
  }
  const Names before = everythingIn(folder_.path());
  const Ended refused = run({"restore", "-m", "tiny", "dot.png", "-o", "other.png", "--set", "size=published"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, isOneLineAbout("a picture of 64 x 64 pixels, and the photo has 1 x 1; choose another way"));
  EXPECT_EQ(everythingIn(folder_.path()), before);
}

TEST_F(BadInput, aScaleThatOverflowsTheFormat) {
  writePublicNetwork(folder_ / "imdn.safetensors", "imdn_x4");
  picture("wide.png", {.width = 17'000, .height = 2});
  const Ended ended = run({"restore", "-m", "imdn.safetensors", "wide.png", "-f", "jpg"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, isOneLineAbout("wide_imdn_x4.jpg: "));
  EXPECT_THAT(ended.err, HasSubstr("68000"));
  EXPECT_EQ(added({"wide.png", "imdn.safetensors"}), Names{});
}

TEST_F(BadInput, aKernelLargerThanThePhoto) {
  writePublicNetwork(folder_ / "usrnet.safetensors", "usrnet_tiny");
  picture("small.png", {.width = 6, .height = 5});
  const Ended ended = run({"restore", "-m", "usrnet.safetensors", "small.png", "--set", "kernel=motion:120,30"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, isOneLineAbout("small.png: "));
  EXPECT_THAT(ended.err, HasSubstr("kernel"));
  EXPECT_THAT(ended.err, HasSubstr("12 x 10"));  // the enlarged photo, not its surroundings
  EXPECT_EQ(added({"small.png", "usrnet.safetensors"}), Names{});
}

TEST_F(BadInput, blendingCheckpointsOfDifferentShapes) {
  writeNetwork(folder_ / "wider.safetensors", {.features = 32});
  picture("photo.png");
  const Ended ended = restore({"photo.png", "--set", "blend=wider.safetensors:0.5"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, isOneLineAbout("not two checkpoints of one network"));
  EXPECT_EQ(added({"photo.png", "wider.safetensors"}), Names{});
}

// Not bad at all: these are restored.
TEST_F(BadInput, photosSmallerThanAWindowAndOfNoMultiple) {
  writePublicNetwork(folder_ / "swinir.safetensors", "SwinIR_lightweight_x2");
  for (const auto& [width, height] : {std::pair{1, 1}, std::pair{3, 2}, std::pair{41, 9}}) {
    const fs::path photo = picture("photo.png", {.width = width, .height = height});
    const Ended ended = run({"restore", "-m", "swinir.safetensors", "photo.png", "-o", "result.png", "--overwrite"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(core::readHeader(folder_ / "result.png").layout.width, 2 * width);
    EXPECT_EQ(core::readHeader(folder_ / "result.png").layout.height, 2 * height);
  }
}

TEST_F(BadInput, aCorruptProfileIsAWarning) {
  core::Photo photo = samplePhoto();
  photo.iccProfile.assign(300, std::byte{'x'});
  core::WriteOptions options;
  options.format = core::FileFormat::Tiff;
  core::writePhoto(photo, folder_ / "photo.tif", options);
  const Ended ended = restore({"photo.tif"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("heirloom-cli: warning: photo.tif: "));
  EXPECT_THAT(ended.err, HasSubstr("profile"));
}

TEST_F(BadInput, aFolderThatTakesNoFiles) {
  picture("photo.png");
  writeBytes(folder_ / "file", "not a folder");
  expectFailure({"photo.png", "-o", "file/below"}, "file/below/photo_half.png");
  // Even the administrator makes no files here.
  expectFailure({"photo.png", "-o", "/proc/self"}, "/proc/self/photo_half.png");
}

TEST_F(BadInput, aFullDisk) {
  picture("photo.tif", {.width = 400, .height = 400});
  expectFailure({"photo.tif"}, "photo_half.tif", "", {.largestFile = 100'000});
  const Ended json = restore({"photo.tif", "--json"}, {.largestFile = 100'000});
  EXPECT_EQ(json.code, 1);
}

TEST_F(BadInput, aFullDiskKeepsWhatWasThereBefore) {
  picture("photo.tif", {.width = 400, .height = 400});
  writeBytes(folder_ / "photo_half.tif", "precious");
  expectFailure({"photo.tif", "--overwrite"}, "photo_half.tif", "", {.largestFile = 100'000});
  EXPECT_EQ(bytesOf(folder_ / "photo_half.tif"), "precious");
}

TEST_F(BadInput, aCheckpointOfSeveralNetworksNeedsAChoice) {
  writeTwoNetworks(folder_ / "pair.safetensors");
  picture("photo.png");
  const std::vector<std::string> arguments = {"restore", "photo.png", "-o", "result.png", "--set", "noise_level=5"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), arguments.begin(), arguments.end());
    return run(more);
  };
  const Ended unasked = with({"-m", "pair.safetensors"});
  EXPECT_EQ(unasked.code, 2);
  EXPECT_THAT(unasked.err,
              isOneLineAbout("pair.safetensors: it holds several networks: net (FFDNet), generator (FFDNet); "
                             "name one of them behind the file's name, as in pair.safetensors#net"));
  const Ended wrong = with({"-m", "pair.safetensors", "--network", "neither"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, isOneLineAbout("pair.safetensors: it holds no network called neither; "));
  EXPECT_EQ(run({"models", "inspect", "pair.safetensors"}).code, 1);
  EXPECT_FALSE(fs::exists(folder_ / "result.png"));

  const float source = firstSample(folder_ / "photo.png");
  EXPECT_EQ(with({"-m", "pair.safetensors", "--network", "net"}).code, 0);
  EXPECT_NEAR(firstSample(folder_ / "result.png"), source / 2, 0.01);
  EXPECT_EQ(with({"-m", "pair.safetensors#generator", "--overwrite"}).code, 0);
  EXPECT_NEAR(firstSample(folder_ / "result.png"), source, 0.01);
  // Names of results tell which it was; a recipe names it as a person does.
  EXPECT_EQ(run({"restore", "photo.png", "-m", "pair.safetensors#net", "--set", "noise_level=5", "--sidecar"}).code, 0);
  EXPECT_TRUE(fs::exists(folder_ / "photo_pair-net.png"));
  const Ended again = run({"restore", "photo.png", "--recipe", "photo_pair-net.heirloom.yaml", "-o", "again.png"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_NEAR(firstSample(folder_ / "again.png"), source / 2, 0.01);
}

TEST_F(BadInput, aHalfDownloadedCheckpoint) {
  picture("photo.png");
  const std::string whole = bytesOf(folder_ / "half.safetensors");
  for (const char* name : {"cut.safetensors", "cut.safetensors.crdownload"}) {
    for (const std::size_t size : {whole.size() / 2, std::size_t{100}}) {
      writeBytes(folder_ / name, whole.substr(0, size));
      const Ended ended = run({"restore", "-m", std::string("./") + name, "photo.png"});
      EXPECT_EQ(ended.code, 2);
      EXPECT_THAT(ended.err, isOneLineAbout(std::string(name) + ": "));
      EXPECT_THAT(ended.err, HasSubstr("download it again"));
      EXPECT_EQ(ended.err.find("has not ended") != std::string::npos, std::string(name).ends_with(".crdownload"));
    }
  }
}

TEST_F(BadInput, aCheckpointOfAnUnknownNetworkNamesTheNearestFamilies) {
  writeNetwork(folder_ / "odd.safetensors");
  std::string bytes = bytesOf(folder_ / "odd.safetensors");
  for (std::size_t at = bytes.find("model.0.weight"); at != std::string::npos; at = bytes.find("model.0.weight")) {
    bytes.replace(at, 14, "mudel.0.weight");
  }
  writeBytes(folder_ / "odd.safetensors", bytes);
  picture("photo.png");
  const Ended ended = run({"restore", "-m", "odd.safetensors", "photo.png"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, isOneLineAbout("odd.safetensors: "));
  EXPECT_THAT(ended.err, HasSubstr("model.0.weight"));
  const Ended inspected = run({"models", "inspect", "odd.safetensors"});
  EXPECT_EQ(inspected.code, 1);
  EXPECT_THAT(inspected.err, isOneLineAbout("odd.safetensors: "));
}

TEST_F(BadInput, ofADiffusion) {
  picture("photo.png");
  writeTinyInstantIr(folder_ / "tiny");
  const auto with = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"restore", "photo.png", "-m",          "tiny",  "-o",
                                          "out.png", "--set",     "min_side=64", "--set", "max_side=128"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ended ended = run(arguments);
    EXPECT_FALSE(fs::exists(folder_ / "out.png"));
    EXPECT_LT(ended.err.size(), 600U) << ended.err;
    return ended;
  };
  struct Row {
    std::string prompt, complaint;
    int code;
  };
  for (const auto& [prompt, complaint, code] :
       {Row{std::string(10'000, 'a'), "10000 characters", 2}, Row{"a\xff", "UTF-8", 2},
        // Its tokens are single bytes.
        Row{std::string(1'000, 'a'), "tokens", 1}}) {
    const Ended ended = with({"--prompt", prompt, "--negative-prompt", "fog"});
    EXPECT_EQ(ended.code, code);
    EXPECT_THAT(ended.err, isOneLineAbout(complaint));
  }
  for (const char* steps : {"steps=0", "steps=5000"}) {
    const Ended ended = with({"--set", steps});
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err, isOneLineAbout("steps"));
    EXPECT_THAT(ended.err, HasSubstr("1 to 1000"));
  }
  for (const char* file :
       {"models/previewer_lora_weights.bin", "sdxl/text_encoder_2/model.safetensors", "dinov2/model.safetensors"}) {
    fs::rename(folder_ / "tiny" / file, folder_ / "away");
    const Ended ended = with({});
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err, isOneLineAbout("tiny"));
    EXPECT_THAT(ended.err, HasSubstr(file));
    fs::rename(folder_ / "away", folder_ / "tiny" / file);
  }
  fs::remove_all(folder_ / "tiny/sdxl/text_encoder_2");
  fs::copy(folder_ / "tiny/sdxl/text_encoder", folder_ / "tiny/sdxl/text_encoder_2", fs::copy_options::recursive);
  const Ended wrong = with({});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.err, isOneLineAbout("text_encoder or text_encoder_2 belongs to another model"));
}

TEST_F(BadInput, aNetworkThatMakesNothingButConstantsSavesNothing) {
  writeNetwork(folder_ / "black.safetensors", {.gain = 0});
  picture("photo.png");
  const Ended ended = run({"restore", "-m", "black.safetensors", "photo.png"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, isOneLineAbout("photo.png: "));
  EXPECT_EQ(added({"photo.png", "black.safetensors"}), Names{});
}

}  // namespace
}  // namespace heirloom::tests
