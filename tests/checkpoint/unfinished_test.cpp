#include "models/checkpoint/unfinished.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/checkpoint/sample_files.h"

namespace heirloom::models {
namespace {

using namespace tests;
using testing::Eq;
using testing::HasSubstr;

constexpr std::size_t kLayers = 6;
constexpr std::int64_t kOut = 100, kIn = 100;
constexpr std::size_t kWeight = kOut * kIn * sizeof(float), kBias = kOut * sizeof(float);
constexpr std::size_t kLayer = kWeight + kBias;

/// Weights of layers, each with its bias behind it, none of them zero.
std::string layers() {
  return floats(std::vector<float>(kLayers * kLayer / sizeof(float), 0.5F));
}

std::string safetensors(const std::string& data) {
  std::string header = "{";
  std::size_t begin = 0;
  const auto add = [&](const std::string& name, const std::string& shape, std::size_t bytes) {
    header += (begin ? ",\"" : "\"") + name + R"(":{"dtype":"F32","shape":[)" + shape + R"(],"data_offsets":[)" +
              std::to_string(begin) + "," + std::to_string(begin + bytes) + "]}";
    begin += bytes;
  };
  for (std::size_t i = 0; i < kLayers; ++i) {
    add(std::to_string(i) + ".weight", "100,100", kWeight);
    add(std::to_string(i) + ".bias", "100", kBias);
  }
  return safetensorsFile(header + "}", data);
}

std::string pickle(bool legacy) {
  PickleWriter pickle;
  pickle.orderedDictionary().mark();
  for (std::size_t i = 0; i < kLayers; ++i) {
    pickle.text(std::to_string(i) + ".weight");
    pickle.tensor(
        {.key = std::to_string(i), .numel = kOut * kIn, .shape = {kOut, kIn}, .strides = {kIn, 1}, .legacy = legacy});
  }
  return pickle.setItems().done();
}

std::string zip() {
  std::vector<NamedBytes> storages;
  for (std::size_t i = 0; i < kLayers; ++i) storages.push_back({std::to_string(i), layers().substr(0, kWeight)});
  return zipFile(zipCheckpoint(pickle(false), storages));
}

std::string legacy(const std::string& ownPickle = pickle(true)) {
  std::vector<LegacyStorage> storages;
  for (std::size_t i = 0; i < kLayers; ++i)
    storages.push_back({std::to_string(i), kOut * kIn, layers().substr(0, kWeight)});
  return legacyCheckpoint(ownPickle, storages);
}

/// `text`, of its length still, with zeros from `begin` on.
std::string until(std::string text, std::size_t begin) {
  std::fill(text.begin() + static_cast<std::ptrdiff_t>(begin), text.end(), '\0');
  return text;
}

/// The error that a file is refused with; empty: it is read.
std::string complaint(const std::string& file) {
  try {
    Archive::parse(asBytes(file), "x.pth");
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(Unfinished, safetensorsWithoutItsLastWeights) {
  EXPECT_THAT(complaint(safetensors(layers())), Eq(""));
  EXPECT_THAT(complaint(safetensors(until(layers(), 2 * kLayer + kWeight / 3))),
              Eq("x.pth: it ends in 0.1 MB of zeros: the download was not finished; download it again"));
  EXPECT_THAT(complaint(safetensors(until(layers(), 0))), HasSubstr("0.2 MB of zeros"));
}

TEST(Unfinished, safetensorsWithoutTheEndOfItsHeader) {
  EXPECT_THAT(complaint(until(safetensors(layers()), 100)), HasSubstr("0.2 MB of zeros"));
}

TEST(Unfinished, zipWithoutItsDirectory) {
  EXPECT_THAT(complaint(zip()), Eq(""));
  EXPECT_THAT(complaint(until(zip(), zip().size() / 2)), HasSubstr("0.1 MB of zeros: the download was not finished"));
}

TEST(Unfinished, legacyPickleWithoutItsLastStorages) {
  EXPECT_THAT(complaint(legacy()), Eq(""));
  EXPECT_THAT(complaint(until(legacy(), legacy().size() / 2)),
              HasSubstr("0.1 MB of zeros: the download was not finished"));
}

TEST(Unfinished, legacyPickleWithoutTheEndOfItsPickle) {
  EXPECT_THAT(complaint(until(legacy(), 300)), HasSubstr("0.2 MB of zeros"));
}

TEST(Unfinished, fileOfWhichNothingCame) {
  EXPECT_THAT(complaint(std::string(1 << 20, '\0')), HasSubstr("1.0 MB of zeros"));
}

// As training makes layers that are to do nothing at first, with their biases.
TEST(Unfinished, notWhereWholeTensorsAreZero) {
  EXPECT_THAT(complaint(safetensors(until(layers(), (kLayers - 1) * kLayer))), Eq(""));
  EXPECT_THAT(complaint(safetensors(until(layers(), kLayer))), Eq(""));
}

TEST(Unfinished, notForOneOrTwoWeights) {
  EXPECT_THAT(complaint(safetensors(until(layers(), (kLayers - 3) * kLayer + kWeight / 3))), Eq(""));
}

TEST(Unfinished, otherFaultsStayWhatTheyAre) {
  const std::string call = PickleWriter().global("os", "system").emptyTuple().reduce().done();
  EXPECT_THAT(complaint(until(legacy(call), 300)), HasSubstr("asks to run os.system"));
  EXPECT_THAT(complaint(safetensors(layers()) + std::string(1 << 20, '\0')), HasSubstr("belong to no tensor"));
}

}  // namespace
}  // namespace heirloom::models
