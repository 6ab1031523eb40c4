// DINOv2 and its preprocessing against conformance/instantir (instantir.md 2.3, 7.2).

#include "models/dinov2/dinov2.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <numeric>

#include "models/common/resampling.h"
#include "models/dinov2/preprocessing.h"
#include "tests/models/sdxl/golden.h"
#include "tests/models/support/hashed_values.h"
#include "tests/support/shared.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using nlohmann::json;

json records(const std::filesystem::path& file) {
  std::ifstream in(file);
  return json::parse(in);
}

/// The records' picture, 1 3 H W in multiples of 1 / 255.
at::Tensor recordPicture(const std::string& key, std::int64_t height, std::int64_t width) {
  at::Tensor picture = at::empty({1, 3, height, width});
  auto pixels = picture.accessor<float, 4>();
  const double h = static_cast<double>(height), w = static_cast<double>(width);
  for (int c = 0; c < 3; ++c) {
    const at::Tensor uniform = goldenUniform(key + "." + std::to_string(c), {height, width});
    const auto noise = uniform.accessor<double, 2>();
    for (std::int64_t y = 0; y < height; ++y) {
      for (std::int64_t x = 0; x < width; ++x) {
        const double turn = (c + 1) * static_cast<double>(x) / w + 2 * static_cast<double>(y) / h;
        const double value = 128 + 70 * std::sin(2 * M_PI * turn) + 40 * noise[y][x];
        pixels[0][c][y][x] = static_cast<float>(std::clamp(std::floor(value), 0.0, 255.0) / 255);
      }
    }
  }
  return picture;
}

/// As the records count: rows, columns, channels.
std::vector<std::int64_t> bytesOf(const at::Tensor& picture) {
  const at::Tensor bytes = (picture[0] * 255).round().permute({1, 2, 0}).flatten().to(at::kLong).contiguous();
  return {bytes.const_data_ptr<std::int64_t>(), bytes.const_data_ptr<std::int64_t>() + bytes.numel()};
}

TEST(PillowResizing, everyFilterIsBitExact) {
  REQUIRE_SHARED(file, "conformance/instantir/preprocess.json");
  int compared = 0;
  const json all = records(file);
  for (const auto& [name, record] : all.items()) {
    int height = 0, width = 0, toHeight = 0, toWidth = 0;
    const std::size_t colon = name.find(':');
    if (colon == std::string::npos ||
        std::sscanf(name.c_str() + colon, ":%dx%d->%dx%d", &height, &width, &toHeight, &toWidth) != 4)
      continue;
    const std::string kind = name.substr(0, colon);
    const Filter filter = kind == "bilinear" ? Filter::Bilinear : kind == "bicubic" ? Filter::Bicubic : Filter::Lanczos;
    const at::Tensor source =
        recordPicture("pil." + std::to_string(height) + "x" + std::to_string(width), height, width);
    const auto check = [&](const std::vector<std::int64_t>& bytes, const char* sum, const char* first,
                           const char* last) {
      EXPECT_EQ(std::accumulate(bytes.begin(), bytes.end(), std::int64_t{0}), record[sum].get<std::int64_t>()) << name;
      EXPECT_EQ(std::vector(bytes.begin(), bytes.begin() + 6), record[first].get<std::vector<std::int64_t>>()) << name;
      if (last) {
        EXPECT_EQ(std::vector(bytes.end() - 6, bytes.end()), record[last].get<std::vector<std::int64_t>>()) << name;
      }
    };
    check(bytesOf(source), "src_sum", "src_first", nullptr);
    check(bytesOf(resizedIn8Bits(source, toHeight, toWidth, filter)), "sum", "first", "last");
    ++compared;
  }
  EXPECT_EQ(compared, 12);
}

TEST(DinoV2, preprocessingIsTheReferences) {
  REQUIRE_SHARED(file, "conformance/instantir/preprocess.json");
  const json record = records(file)["dino_preprocess 300x421"];
  const at::Tensor pixels = dinoPixels(recordPicture("dino.src", 300, 421));
  EXPECT_EQ(pixels.sizes().vec(), (std::vector<std::int64_t>{1, 3, 224, 224}));
  const at::Tensor flat = pixels.flatten();
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(flat[static_cast<std::int64_t>(i)].item<double>(), record["first"][i].get<double>(), 1e-6);
    EXPECT_NEAR(flat[flat.numel() - 4 + static_cast<std::int64_t>(i)].item<double>(), record["last"][i].get<double>(),
                1e-6);
  }
  EXPECT_NEAR(flat.to(at::kDouble).sum().item<double>(), record["sum"].get<double>(), 0.01);
}

constexpr DinoV2Config kTiny{.width = 32, .layers = 2, .heads = 4, .hidden = 128, .imageSize = 70};

class DinoV2Records : public testing::TestWithParam<bool> {
 protected:
  const torch::NoGradGuard noGrad;
};

TEST_P(DinoV2Records, bothPositionTablesGiveTheReferencesValues) {
  REQUIRE_SHARED(file, "conformance/instantir/clip_dino.json");
  const json all = records(file);
  for (const auto& [name, fit] :
       {std::pair("dino_tiny_scale", PositionFit::ByScale), std::pair("dino_tiny_size", PositionFit::BySize)}) {
    DinoV2Config config = kTiny;
    config.fit = fit;
    DinoV2 network(config);
    fillRecord(*network, "dino.");
    placeLayers(*network, {.plain = GetParam()});
    const at::Tensor pixels = recordedInput("pixels", {1, 3, 42, 42});
    expectRecord(network->positions(3, 3), all[name]["pos_interp"]);
    expectRecord(network->embedded(pixels), all[name]["embeddings"]);
    expectRecord(network->forward(pixels), all[name]["last_hidden_state"]);
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, DinoV2Records, testing::Bool(),
                         [](const auto& test) { return test.param ? "plain" : "fused"; });

TEST(DinoV2, theRampOfThePublishedTableIsTheReferences) {
  REQUIRE_SHARED(file, "conformance/instantir/clip_dino.json");
  const json all = records(file);
  const torch::NoGradGuard noGrad;
  for (const auto& [name, fit] : {std::pair("ramp2_37to16_scale16.1", PositionFit::ByScale),
                                  std::pair("ramp2_37to16_size16", PositionFit::BySize)}) {
    DinoV2Config config = kTiny;
    config.imageSize = 518;
    config.fit = fit;
    DinoV2 network(config);
    const at::Tensor ramp = at::arange(37).square().to(at::kFloat).view({1, 37, 1});
    network->named_parameters()["embeddings.position_embeddings"]
        .narrow(1, 1, 37 * 37)
        .copy_(ramp.expand({37, 37, 32}).reshape({1, 37 * 37, 32}));
    const at::Tensor row = network->positions(16, 16).view({16, 16, 32})[3].select(1, 5);
    for (std::size_t i = 0; i < 16; ++i) {
      EXPECT_NEAR(row[static_cast<std::int64_t>(i)].item<double>(), all[name][i].get<double>(), 2e-3) << name << i;
    }
  }
}

TEST(DinoV2, publishedSizesHaveTheKeysOfThePublicFile) {
  REQUIRE_SHARED(file, "conformance/instantir/keys/dinov2_large.tsv");
  expectKeys(*DinoV2(DinoV2Config{}), file);
}

}  // namespace
}  // namespace heirloom::tests
