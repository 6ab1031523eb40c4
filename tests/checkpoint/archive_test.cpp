#include "models/checkpoint/archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "models/checkpoint/state_dict.h"
#include "models/common/error.h"
#include "tests/checkpoint/read_values.h"
#include "tests/checkpoint/sample_files.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::models {
namespace {

using namespace tests;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint64_t kGiB = 1ull << 30;

/// Bytes of this process in memory; 0 where the system does not tell.
std::uint64_t residentBytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoull(line.substr(6)) << 10;
  }
  return 0;
}

/// Opens `file`, which is some gigabytes, and reads its tensor "last", which holds 1, 2, 3.
void expectCheapToOpen(const std::filesystem::path& file) {
  const std::uint64_t before = residentBytes();
  const auto start = std::chrono::steady_clock::now();
  const auto archive = Archive::open(file);
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_LT(took, std::chrono::milliseconds(500)) << "reads more than the index";
  EXPECT_LT(residentBytes(), before + (64u << 20));
  EXPECT_THAT(readValues<float>(*archive, archive->root().find("last")->tensor), ElementsAre(1, 2, 3));
}

/// Writes `pieces` one after another, with a hole of `hole` bytes behind the first, which costs no disk.
void writeSparse(const std::filesystem::path& file, const std::string& head, std::uint64_t hole,
                 const std::string& tail) {
  std::ofstream(file, std::ios::binary) << head;
  std::filesystem::resize_file(file, head.size() + hole);
  std::ofstream(file, std::ios::binary | std::ios::app) << tail;
}

TEST(Archive, opensASafetensorsFileOfSevenGigabytesAtOnce) {
  const TemporaryFolder folder;
  const std::string end = std::to_string(7 * kGiB), after = std::to_string(7 * kGiB + 12);
  const std::string header = R"({"first":{"dtype":"U8","shape":[)" + end + R"(],"data_offsets":[0,)" + end +
                             R"(]},"last":{"dtype":"F32","shape":[3],"data_offsets":[)" + end + "," + after + "]}}";
  writeSparse(folder / "x.safetensors", safetensorsFile(header, ""), 7 * kGiB, floats({1, 2, 3}));
  expectCheapToOpen(folder / "x.safetensors");
}

TEST(Archive, opensAZipFileOfSevenGigabytesAtOnce) {
  const TemporaryFolder folder;
  PickleWriter pickle;
  pickle.emptyDictionary().mark();
  pickle.text("first").tensor(
      {.type = "ByteStorage", .key = "0", .numel = 7ll << 30, .shape = {7ll << 30}, .strides = {1}});
  pickle.text("last").tensor({.key = "1", .numel = 3, .shape = {3}, .strides = {1}}).setItems();
  const SplitZip zip =
      zipWithLargeStorage(zipCheckpoint(pickle.done(), {{"1", floats({1, 2, 3})}}), "archive/data/0", 7 * kGiB);
  writeSparse(folder / "x.pth", zip.head, 7 * kGiB, zip.tail);
  expectCheapToOpen(folder / "x.pth");
}

TEST(Archive, readsSharedStoragesByOffsetAndStride) {
  for (const NamedBytes& file : goodFiles()) {
    if (file.name != "plain.pth" && file.name != "legacy.pth" && file.name != "zip64.pth") continue;
    const auto archive = Archive::parse(asBytes(file.bytes), file.name);
    const TensorEntry& weight = archive->root().find("conv.weight")->tensor;
    const TensorEntry& bias = archive->root().find("conv.bias")->tensor;
    EXPECT_EQ(weight.storageBegin, bias.storageBegin);
    EXPECT_THAT(readValues<float>(*archive, weight), ElementsAre(0, 1, 2, 3, 4, 5)) << file.name;
    EXPECT_THAT(readValues<float>(*archive, bias), ElementsAre(2, 3)) << file.name;
  }
}

TEST(Archive, checksASumOnlyWhenItsTensorIsRead) {
  const auto parts = zipCheckpoint(samplePickle(), {{"0", sampleStorage()}});
  std::string file = zipFile(parts);
  file[file.find(sampleStorage()) + 5] ^= 1;
  const auto archive = Archive::parse(asBytes(file), "bad.pth");
  const TensorEntry& weight = archive->root().find("conv.weight")->tensor;
  try {
    readValues<float>(*archive, weight);
    FAIL() << "was read";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::StartsWith("bad.pth: the checksum of a tensor does not match its data; "));
  }
  // Again: a sum that was wrong stays wrong.
  EXPECT_THROW(readValues<float>(*archive, weight), Error);
}

TEST(Archive, readsFilesWithoutChecksums) {
  auto parts = zipCheckpoint(samplePickle(), {{"0", sampleStorage()}});
  for (ZipPart& part : parts) part.crc32 = 0;
  const std::string file = zipFile(parts);
  const auto archive = Archive::parse(asBytes(file), "x.pth");
  EXPECT_FALSE(archive->root().find("conv.bias")->tensor.crc32);
  EXPECT_THAT(readValues<float>(*archive, archive->root().find("conv.bias")->tensor), ElementsAre(2, 3));
}

TEST(Archive, wantsATargetOfTheTensorsSize) {
  const std::string file = zipFile(zipCheckpoint(samplePickle(), {{"0", sampleStorage()}}));
  const auto archive = Archive::parse(asBytes(file), "x.pth");
  std::vector<std::byte> small(23);
  EXPECT_THROW(archive->read(archive->root().find("conv.weight")->tensor, small), std::invalid_argument);
}

TEST(Archive, refusesAnEntryOfALargerFile) {
  const std::string file = safetensorsFile("{}", "");
  TensorEntry other{.shape = {1}, .strides = {1}, .storageBegin = 8, .storageBytes = 4};
  std::vector<std::byte> target(4);
  EXPECT_THROW(Archive::parse(asBytes(file), "x")->read(other, target), std::invalid_argument);
}

TEST(Archive, findsTheFormatInTheContentNotInTheName) {
  std::map<std::string, std::string> formats;
  for (const NamedBytes& file : goodFiles()) {
    formats[file.name] = Archive::parse(asBytes(file.bytes), "any.name")->format();
  }
  EXPECT_EQ(formats["plain.safetensors"], "safetensors");
  EXPECT_EQ(formats["plain.pth"], "zip pickle");
  EXPECT_EQ(formats["legacy.pth"], "legacy pickle");
  EXPECT_EQ(formats["torchscript.pt"], "TorchScript");
}

TEST(DType, hasTheNameAndSizeOfPyTorch) {
  EXPECT_EQ(name(DType::BFloat16), "bfloat16");
  EXPECT_EQ(itemSize(DType::BFloat16), 2u);
  EXPECT_EQ(name(DType::Bool), "bool");
  EXPECT_EQ(itemSize(DType::Bool), 1u);
  EXPECT_EQ(itemSize(DType::Float64), 8u);
}

}  // namespace
}  // namespace heirloom::models
