#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/checkpoint/archive.h"
#include "tests/checkpoint/read_values.h"
#include "tests/checkpoint/sample_files.h"

namespace heirloom::models {
namespace {

using namespace tests;
using testing::ElementsAre;
using testing::Pair;

TEST(Safetensors, readsTensorsAndMetadata) {
  const std::string file =
      safetensorsFile(R"({"__metadata__":{"format":"pt"},"b":{"data_offsets":[8,14],"dtype":"I16","shape":[3,1]},)"
                      R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}   )",
                      floats({1.5f, -2}) + number(7, 2) + number(8, 2) + number(0xffff, 2));
  const auto archive = Archive::parse(asBytes(file), "x.safetensors");
  EXPECT_EQ(archive->format(), "safetensors");
  EXPECT_EQ(archive->file(), "x.safetensors");
  EXPECT_THAT(archive->metadata(), ElementsAre(Pair("format", "pt")));
  ASSERT_EQ(archive->root().dictionary.size(), 2u);
  EXPECT_EQ(archive->root().dictionary[0].key, "b");  // the file's order
  const TensorEntry& b = archive->root().find("b")->tensor;
  EXPECT_EQ(b.dtype, DType::Int16);
  EXPECT_THAT(b.shape, ElementsAre(3, 1));
  EXPECT_FALSE(b.crc32);
  EXPECT_THAT(readValues<std::int16_t>(*archive, b), ElementsAre(7, 8, -1));
  EXPECT_THAT(readValues<float>(*archive, archive->root().find("a")->tensor), ElementsAre(1.5f, -2));
}

TEST(Safetensors, readsEveryType) {
  const std::vector<std::pair<std::string, DType>> types{
      {"F64", DType::Float64}, {"F32", DType::Float32}, {"F16", DType::Float16}, {"BF16", DType::BFloat16},
      {"I64", DType::Int64},   {"I32", DType::Int32},   {"I16", DType::Int16},   {"I8", DType::Int8},
      {"U8", DType::UInt8},    {"BOOL", DType::Bool}};
  for (const auto& [name, dtype] : types) {
    const std::size_t bytes = 3 * itemSize(dtype);
    const std::string header =
        "{\"t\":{\"dtype\":\"" + name + "\",\"shape\":[3],\"data_offsets\":[0," + std::to_string(bytes) + "]}}";
    const std::string file = safetensorsFile(header, std::string(bytes, '\1'));
    const auto archive = Archive::parse(asBytes(file), "x");
    EXPECT_EQ(archive->root().find("t")->tensor.dtype, dtype) << name;
  }
}

TEST(Safetensors, mayStartWithTheBytesOfAPickle) {
  // A header of 0x280 bytes: the file begins 80 02, as a pickle does.
  std::string header = "{}";
  header.resize(0x280, ' ');
  EXPECT_EQ(Archive::parse(asBytes(safetensorsFile(header, "")), "x")->format(), "safetensors");
}

}  // namespace
}  // namespace heirloom::models
