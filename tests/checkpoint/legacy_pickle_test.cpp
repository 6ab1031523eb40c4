#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/checkpoint/archive.h"
#include "tests/checkpoint/read_values.h"
#include "tests/checkpoint/sample_files.h"

namespace heirloom::models {
namespace {

using namespace tests;
using testing::ElementsAre;

TEST(LegacyPickle, findsEachStorageInTheOrderOfTheList) {
  PickleWriter pickle;
  pickle.emptyDictionary().mark();
  pickle.text("a").tensor({.key = "first", .numel = 2, .shape = {2}, .strides = {1}, .legacy = true});
  pickle.text("b").tensor(
      {.type = "LongStorage", .key = "second", .numel = 1, .shape = {}, .strides = {}, .legacy = true});
  pickle.setItems();
  const std::string file =
      legacyCheckpoint(pickle.done(), {{"second", 1, number(12, 8)}, {"first", 2, floats({3, 4})}});
  const auto archive = Archive::parse(asBytes(file), "x.pth");
  EXPECT_THAT(readValues<float>(*archive, archive->root().find("a")->tensor), ElementsAre(3, 4));
  EXPECT_THAT(readValues<std::int64_t>(*archive, archive->root().find("b")->tensor), ElementsAre(12));
}

TEST(LegacyPickle, readsStorageIdsOfFiveItems) {
  const std::string file = legacyCheckpoint(samplePickle(false), {{"0", 6, sampleStorage()}});
  const auto archive = Archive::parse(asBytes(file), "x.pth");
  EXPECT_THAT(readValues<float>(*archive, archive->root().find("conv.bias")->tensor), ElementsAre(2, 3));
}

TEST(LegacyPickle, mayHoldNoTensors) {
  const std::string file = legacyCheckpoint(PickleWriter().emptyDictionary().done(), {});
  EXPECT_EQ(Archive::parse(asBytes(file), "x.pth")->root().kind, Node::Kind::Dictionary);
}

TEST(LegacyPickle, mayBeWrittenWithFrames) {
  // Protocol 4 puts a frame in front of the magic number.
  std::string file = legacyCheckpoint(samplePickle(true), {{"0", 6, sampleStorage()}});
  file.replace(0, 2, "\x80\x04\x95" + number(13, 8));
  EXPECT_EQ(Archive::parse(asBytes(file), "x.pth")->format(), "legacy pickle");
}

}  // namespace
}  // namespace heirloom::models
