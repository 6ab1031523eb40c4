#include "models/checkpoint/safetensors_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "models/common/error.h"
#include "tests/checkpoint/read_values.h"
#include "tests/checkpoint/sample_files.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::models {
namespace {

using namespace tests;
using testing::ElementsAre;

TEST(SafetensorsWriter, writesWhatTheReaderReads) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder / "x.safetensors";
  const std::string flags("\1\0\1", 3), weights = floats({1, 2, 3, 4}), counter = number(9, 8);
  const std::vector<TensorBytes> tensors{
      {"flags", DType::Bool, {3}, asBytes(flags)},
      {"a \"quoted\" \n n\u00e4me", DType::Float32, {2, 2}, asBytes(weights)},
      {"counter", DType::Int64, {}, asBytes(counter)},
      {"empty", DType::BFloat16, {0, 5}, {}},
  };
  writeSafetensors(file, tensors, {{"license", "MIT"}, {"title", "\u00e9"}});

  const auto archive = Archive::open(file);
  EXPECT_EQ(archive->metadata(), (std::map<std::string, std::string>{{"license", "MIT"}, {"title", "\u00e9"}}));
  const auto& entries = archive->root().dictionary;
  ASSERT_EQ(entries.size(), tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    EXPECT_EQ(entries[i].key, tensors[i].name);
    EXPECT_EQ(entries[i].value.tensor.dtype, tensors[i].dtype);
    EXPECT_EQ(entries[i].value.tensor.shape, tensors[i].shape);
    // Aligned to the item, so that other readers may map it.
    EXPECT_EQ(entries[i].value.tensor.storageBegin % itemSize(tensors[i].dtype), 0u);
  }
  EXPECT_THAT(readValues<float>(*archive, entries[1].value.tensor), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(readValues<std::int64_t>(*archive, entries[2].value.tensor), ElementsAre(9));
  EXPECT_THAT(readValues<std::uint8_t>(*archive, entries[0].value.tensor), ElementsAre(1, 0, 1));
}

TEST(SafetensorsWriter, padsTheHeaderToEightBytes) {
  const TemporaryFolder folder;
  for (const std::string name : {"a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefgh"}) {
    writeSafetensors(folder / "x", std::vector<TensorBytes>{{name, DType::UInt8, {1}, asBytes("x")}});
    EXPECT_EQ(std::filesystem::file_size(folder / "x") % 8, 1u) << name;
  }
}

TEST(SafetensorsWriter, replacesAFileOnlyWhole) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder / "x.safetensors";
  writeSafetensors(file, std::vector<TensorBytes>{{"a", DType::UInt8, {1}, asBytes("x")}});
  const std::vector<TensorBytes> repeated{{"b", DType::UInt8, {1}, asBytes("x")},
                                          {"b", DType::UInt8, {1}, asBytes("x")}};
  EXPECT_THROW(writeSafetensors(file, repeated), Error);
  EXPECT_TRUE(Archive::open(file)->root().find("a"));
  writeSafetensors(file, std::vector<TensorBytes>{{"c", DType::UInt8, {1}, asBytes("x")}});
  EXPECT_TRUE(Archive::open(file)->root().find("c"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(SafetensorsWriter, refusesWhatNobodyCouldRead) {
  const TemporaryFolder folder;
  const auto write = [&](const std::string& name, std::vector<std::int64_t> shape,
                         const std::map<std::string, std::string>& metadata) {
    writeSafetensors(folder / "x", std::vector<TensorBytes>{{name, DType::UInt8, std::move(shape), asBytes("x")}},
                     metadata);
  };
  EXPECT_THROW(write("\xff", {1}, {}), Error);
  EXPECT_THROW(write("__metadata__", {1}, {}), Error);
  EXPECT_THROW(write("a", {1}, {{"k", "\xff"}}), Error);
  EXPECT_THROW(write("a", {2}, {}), std::invalid_argument);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace heirloom::models
