// How maps lie in memory where layers make them of tokens or correct their weights.

#include "models/common/layout.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <functional>
#include <string>

#include "models/common/savings.h"
#include "models/sdxl/low_rank.h"
#include "models/sdxl/transformer.h"
#include "models/sdxl/vae.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

constexpr int kMapWidth = 32, kMapGroups = 8, kMapHeads = 4;

void drawValues(torch::nn::Module& module) {
  for (at::Tensor& parameter : module.parameters()) parameter.normal_(0, 0.1);
}

/// What `made` gives is channels-last, or without that saving one channel behind the other, with the same values.
void expectBothLayouts(const std::function<at::Tensor()>& made) {
  const at::Tensor usual = made();
  EXPECT_TRUE(usual.is_contiguous(at::MemoryFormat::ChannelsLast));
  EXPECT_FALSE(usual.is_contiguous());
  const Without without(Saving::Layout);
  const at::Tensor other = made();
  EXPECT_TRUE(other.is_contiguous());
  EXPECT_FALSE(other.is_contiguous(at::MemoryFormat::ChannelsLast));
  EXPECT_TRUE(at::allclose(other, usual, 1e-4, 1e-5));
}

TEST(Layouts, ofAnyMapAreAsIsWanted) {
  const at::Tensor x = at::randn({2, 5, 3, 4});
  expectBothLayouts([&] { return laidOut(x); });
  expectBothLayouts([&] { return laidOut(x.contiguous(at::MemoryFormat::ChannelsLast)); });
}

TEST(Layouts, ofMapsThatWereTokensAreThoseOfTheOthers) {
  const torch::NoGradGuard noGrad;
  MapTransformer transformer(kMapWidth, kMapHeads, /*depth=*/1, /*textWidth=*/0, kMapGroups);
  SdxlVaeAttention attention(kMapWidth, kMapGroups);
  drawValues(*transformer);
  drawValues(*attention);
  const at::Tensor x = at::randn({2, kMapWidth, 3, 4});
  expectBothLayouts([&] { return transformer->forward(laidOut(x), Pass()); });
  expectBothLayouts([&] { return attention->forward(laidOut(x)); });
}

TEST(Layouts, ofCorrectedConvolutionsAreThoseOfTheOthers) {
  const torch::NoGradGuard noGrad;
  const ConvolutionOptions options{.in = kMapWidth, .out = 2 * kMapWidth};
  const at::Tensor weight = at::randn({options.out, options.in, 3, 3}) * 0.05, bias = at::randn({options.out});
  const LowRank correction{at::randn({4, options.in, 3, 3}) * 0.05, at::randn({options.out, 4, 1, 1}), 0.5};
  const at::Tensor x = at::randn({1, kMapWidth, 6, 5});
  expectBothLayouts([&] {
    AdaptableConvolution layer(options);
    loadPlaced(*layer, [&](const std::string& name) { return name == "bias" ? bias : weight; }, {.plain = true});
    layer->adapt(correction);
    return layer->forward(laidOut(x), /*adapted=*/true);
  });
}

}  // namespace
}  // namespace heirloom::tests
