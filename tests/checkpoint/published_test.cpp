#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "models/checkpoint/state_dict.h"
#include "tests/checkpoint/read_values.h"
#include "tests/support/shared.h"

namespace heirloom::models {
namespace {

using testing::FloatEq;
using tests::readValues;

struct Published {
  const char* file;
  const char* format;
  std::size_t tensors;
  std::vector<std::int64_t> firstShape;
};

TEST(PublishedCheckpoints, areReadInEveryContainerTheyCameIn) {
  REQUIRE_SHARED(folder, "checkpoints");
  const std::vector<Published> published{
      {"dncnn3.pth", "legacy pickle", 40, {64, 1, 3, 3}},
      {"dncnn_15.pth", "legacy pickle", 34, {64, 1, 3, 3}},
      {"dncnn_25.pth", "legacy pickle", 34, {64, 1, 3, 3}},
      {"dncnn_50.pth", "zip pickle", 34, {64, 1, 3, 3}},
      {"fdncnn_color.pth", "legacy pickle", 40, {64, 4, 3, 3}},
      {"fdncnn_gray.pth", "zip pickle", 40, {64, 2, 3, 3}},
      {"ffdnet_color.pth", "zip pickle", 24, {96, 13, 3, 3}},
      {"ffdnet_gray.pth", "legacy pickle", 30, {64, 5, 3, 3}},
      {"imdn_original_x4.pth", "legacy pickle", 92, {64, 3, 3, 3}},
      {"imdn_x4.pth", "legacy pickle", 86, {64, 3, 3, 3}},
  };
  for (const Published& expected : published) {
    SCOPED_TRACE(expected.file);
    const auto weights = canonicalise(Archive::open(folder / expected.file));
    EXPECT_EQ(weights.archive()->format(), expected.format);
    EXPECT_EQ(weights.entries().size(), expected.tensors);
    EXPECT_EQ(weights.entries()[0].second.shape, expected.firstShape);
    for (const auto& [name, entry] : weights.entries()) {
      ASSERT_EQ(entry.dtype, DType::Float32);
      for (const float value : readValues<float>(*weights.archive(), entry)) ASSERT_TRUE(std::isfinite(value)) << name;
    }
  }
}

TEST(PublishedCheckpoints, giveTheNumbersOfTheReferenceReader) {
  REQUIRE_SHARED(file, "checkpoints/dncnn_25.pth");
  const auto weights = canonicalise(Archive::open(file));
  ASSERT_EQ(weights.entries().size(), 34u);
  EXPECT_EQ(weights.entries().front().first, "model.0.weight");
  EXPECT_EQ(weights.entries().back().first, "model.32.bias");
  double sum = 0, magnitude = 0;
  std::size_t count = 0;
  for (const auto& entry : weights.entries()) {
    for (const float value : readValues<float>(*weights.archive(), entry.second)) {
      sum += value;
      magnitude += std::abs(value);
      ++count;
    }
  }
  EXPECT_EQ(count, 555'137u);
  EXPECT_NEAR(sum, -464.571679, 1e-5);
  EXPECT_NEAR(magnitude, 20690.757703, 1e-5);
  auto first = readValues<float>(*weights.archive(), *weights.find("model.0.weight"));
  first.resize(9);
  const std::vector<float> expected{.12603255f, .05243959f,  .04982869f,  -.13022159f, -.02686630f,
                                    .10546532f, -.53475291f, -.09397539f, .16086060f};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(first[i], expected[i], 5e-9) << i;
  EXPECT_NEAR(readValues<float>(*weights.archive(), *weights.find("model.32.bias"))[0], 9.400101e-05, 1e-11);
}

}  // namespace
}  // namespace heirloom::models
