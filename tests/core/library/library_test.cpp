#include "core/library/library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "core/engine/run.h"
#include "core/library/configure.h"
#include "models/several_networks.h"
#include "tests/core/support/checkpoints.h"
#include "tests/core/support/photos.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::core {
namespace {

using testing::HasSubstr;

class Library : public testing::Test {
 protected:
  Library() {
    std::filesystem::create_directory(folder / "first");
    std::filesystem::create_directory(folder / "second");
    tests::writeDnCnn(folder / "first/soft.safetensors", 3, 0,
                      {{"title", "Soft touch"}, {"licence", "CC0-1.0"}, {"source", "a test"}});
    tests::writeDnCnn(folder / "second/soft.safetensors", 1, 0);
    tests::writeDnCnn(folder / "second/sharp.safetensors", 1, 0);
    std::ofstream(folder / "second/heirloom.yaml") << "sharp:\n  title: Sharp eye\n  licence: MIT\n";
    std::ofstream(folder / "second/notes.txt") << "not a model";
    std::ofstream(folder / "second/broken.pth") << "not a model either";
  }

  ModelLibrary library() const { return ModelLibrary({folder / "first", folder / "missing", folder / "second"}); }

  tests::TemporaryFolder folder;
};

std::string fault(const ModelLibrary& library, const std::string& model) {
  try {
    library.find(model);
  } catch (const Error& error) {
    return error.what();
  }
  return "found";
}

TEST_F(Library, listsNetworksTheEarlierFolderWinning) {
  auto models = library().list();
  std::erase_if(models, [](const InstalledModel& model) { return model.file.empty(); });  // algorithms
  ASSERT_EQ(models.size(), 2u);
  EXPECT_EQ(models[0].name, "soft");
  EXPECT_EQ(models[0].descriptor.channels, 3);
  EXPECT_EQ(models[0].title, "Soft touch");
  EXPECT_EQ(models[0].licence, "CC0-1.0");
  EXPECT_EQ(models[0].source, "a test");
  EXPECT_FALSE(models[0].shipped);
  EXPECT_EQ(models[1].name, "sharp");
  EXPECT_EQ(models[1].title, "Sharp eye");
  EXPECT_EQ(models[1].licence, "MIT");
}

TEST_F(Library, findsByNameAndByPath) {
  EXPECT_EQ(library().find("sharp").file, folder / "second/sharp.safetensors");
  EXPECT_EQ(library().find((folder / "second/soft.safetensors").string()).descriptor.channels, 1);
}

TEST_F(Library, aFoldersPathMayEndWithASlash) {
  EXPECT_EQ(library().locate((folder / "second").string() + "/"), folder / "second");
}

TEST_F(Library, tellsWhatOtherProgramsWroteIntoAFile) {
  tests::writeDnCnn(folder / "first/told.safetensors", 3, 0,
                    {{"format", "pt"},
                     {"modelspec.title", "Soft <b>touch"},
                     {"modelspec.license", "CC-BY-4.0"},
                     {"modelspec.author", "Somebody"},
                     {"modelspec.thumbnail", "data:image/jpeg;base64,AAAA"},
                     {"ss_epoch", "12"},
                     {"empty", ""}});
  const InstalledModel model = library().find("told");
  EXPECT_EQ(model.title, "Soft <b>touch");
  EXPECT_EQ(model.licence, "CC-BY-4.0");
  EXPECT_THAT(model.notes,
              testing::ElementsAre(testing::Pair("modelspec.author", "Somebody"), testing::Pair("ss_epoch", "12")));
  EXPECT_THAT(library().find("soft").notes, testing::IsEmpty());
}

TEST_F(Library, listsEachNetworkOfAFile) {
  tests::writeTwoDnCnns(folder / "first/pair.safetensors");
  tests::writeDnCnn(folder / "second/pair.safetensors", 1, 0);
  std::vector<std::string> names;
  for (const InstalledModel& model : library().list()) {
    if (model.file.stem() == "pair") names.push_back(model.name);
  }
  EXPECT_THAT(names, testing::ElementsAre("pair#net", "pair#generator"));
  for (const std::string& name :
       {std::string("pair#generator"), (folder / "first/pair.safetensors#generator").string()}) {
    const InstalledModel model = library().find(name);
    EXPECT_EQ(model.name, "pair#generator");
    EXPECT_EQ(model.network, "generator");
    EXPECT_EQ(model.file, folder / "first/pair.safetensors");
    EXPECT_EQ(model.descriptor.channels, 3);
    EXPECT_EQ(library().locate(name), model.file);
    EXPECT_EQ(library().open(name)->descriptor().channels, 3);
  }
  EXPECT_EQ(library().open("pair#net")->descriptor().channels, 1);
  EXPECT_EQ(configure(library(), "pair#net", {}, Protocol::Reference).name, "pair-net");
}

TEST_F(Library, asksForTheNetworkOfAFile) {
  tests::writeTwoDnCnns(folder / "first/pair.safetensors", {{"title", "Two"}});
  EXPECT_THROW(library().find("pair"), models::SeveralNetworks);
  EXPECT_THROW(library().open("pair"), models::SeveralNetworks);
  EXPECT_THAT(fault(library(), "pair"), HasSubstr("pair.safetensors: it holds several networks: net (DnCNN), "
                                                  "generator (DnCNN); "));
  EXPECT_THAT(fault(library(), "pair#nobody"), HasSubstr("no network called nobody"));
  EXPECT_THAT(fault(library(), "shrap#net"), HasSubstr("did you mean sharp?"));
  EXPECT_EQ(library().find("pair#net").title, "Two (net)");
}

TEST_F(Library, suggestsNamesThatAreNear) {
  EXPECT_THAT(fault(library(), "shrap"), HasSubstr("did you mean sharp?"));
  EXPECT_THAT(fault(library(), "watercolour"), HasSubstr("models list"));
  EXPECT_THAT(fault(library(), "missing/file.pth"), HasSubstr("no such checkpoint file"));
  EXPECT_THAT(fault(library(), (folder / "second/broken.pth").string()), HasSubstr("broken.pth"));
}

TEST_F(Library, sharesALoadedModelWhileSomebodyHoldsIt) {
  const ModelLibrary models = library();
  auto first = models.open("sharp");
  EXPECT_EQ(first, models.open((folder / "second/sharp.safetensors").string()));
  const std::weak_ptr<const models::Restorer> watched = first;
  first.reset();
  EXPECT_TRUE(watched.expired());
}

TEST_F(Library, aCheckpointRunsOverAPhoto) {
  const Photo photo = tests::texturedPhoto({50, 40, ColourModel::Rgb, false, SampleType::UInt8});
  RasterSink sink(SampleType::UInt16);
  tests::Diary diary;
  RunOptions options;
  options.device = "cpu";
  const Outcome outcome = run(library(), tests::recipeOf("soft"), photo, sink, diary, options);
  ASSERT_EQ(outcome.status, Outcome::Status::Done) << outcome.error->what();
  EXPECT_EQ(tests::largestDifference(*photo.raster, *blend(*photo.raster, *sink.raster(), 1)), 0);
}

TEST_F(Library, foldersOfTheEnvironmentComeFirst) {
  const char* old = std::getenv("HEIRLOOM_MODELS");
  const std::string before = old ? old : "";
  setenv("HEIRLOOM_MODELS", "/somewhere:/else", 1);
  const auto folders = ModelLibrary::defaultFolders();
  old ? setenv("HEIRLOOM_MODELS", before.c_str(), 1) : unsetenv("HEIRLOOM_MODELS");
  ASSERT_GE(folders.size(), 3u);
  EXPECT_EQ(folders[0], "/somewhere");
  EXPECT_EQ(folders[1], "/else");
  EXPECT_EQ(folders[2].filename(), "models");
}

}  // namespace
}  // namespace heirloom::core
