#include <gtest/gtest.h>
#include <torch/types.h>

#include "models/checkpoint/tensors.h"
#include "models/common/crossed_windows.h"
#include "models/common/padding.h"
#include "models/common/random_weights.h"
#include "models/dat/network.h"
#include "models/kernels/window_attention/window_attention.h"
#include "models/registry.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

constexpr int kHeads = 2;
constexpr double kScale = 0.3;

TEST(Dat, squareWindowsAreWhatWindowAttentionMakesOfThem) {
  at::manual_seed(0);
  const at::Tensor qkv = at::randn({2, 8, 12, 3, 6});
  const at::Tensor bias = at::randn({kHeads, 16, 16});
  for (const int shift : {0, 2}) {
    const at::Tensor expected =
        plainWindowAttention(qkv.flatten(3), bias, {.window = 4, .shift = shift, .heads = kHeads}, kScale);
    const at::Tensor attended = rectangularWindowAttention(qkv, bias, {4, 4, shift, shift}, kHeads, kScale);
    EXPECT_LT((attended - expected).abs().max().item<double>(), 1e-5) << "shift " << shift;
  }
}

TEST(Dat, aTransposedPictureInTransposedWindowsIsTheTransposedResult) {
  at::manual_seed(1);
  const at::Tensor qkv = at::randn({1, 8, 8, 3, 6});
  const at::Tensor none = at::zeros({kHeads, 8, 8});
  const at::Tensor upright = rectangularWindowAttention(qkv, none, {4, 2, 2, 1}, kHeads, kScale);
  const at::Tensor lying =
      rectangularWindowAttention(qkv.transpose(1, 2).contiguous(), none, {2, 4, 1, 2}, kHeads, kScale);
  EXPECT_LT((upright - lying.transpose(1, 2)).abs().max().item<double>(), 1e-5);
}

// A folded picture whose first convolution looks at one pixel of every square is the picture of these pixels.
TEST(Dat, foldsThePictureFirst) {
  const DatConfig config{.features = 32, .depths = {2}, .heads = 2, .hidden = 64, .shortSide = 2, .longSide = 4};
  NamedTensors weights = randomWeights(stateOf(*Dat(config)));
  const TemporaryFolder folder;
  writeSafetensors(folder / "plain.safetensors", weights);
  for (auto& [name, tensor] : weights) {
    if (name == "conv_first.weight") {
      at::Tensor folded = at::zeros({tensor.size(0), 12, 3, 3});
      folded.slice(1, 0, 12, 4).copy_(tensor);  // the top left pixel's channels
      tensor = folded;
    }
    if (name.starts_with("conv_first.")) name = "conv_first.1." + name.substr(std::string("conv_first.").size());
  }
  writeSafetensors(folder / "folding.safetensors", weights);
  const auto restored = [&](const char* file, const at::Tensor& picture) {
    const auto model = open(folder / file);
    EXPECT_EQ(model->descriptor().family, "DAT");
    Observer observer;
    return model->start(Settings(model->descriptor().parameters), {}, observer)->restore(picture);
  };
  EXPECT_EQ(open(folder / "folding.safetensors")->descriptor().scale, 2);
  const at::Tensor picture = at::rand({1, 3, 17, 22});
  const at::Tensor found = restored("folding.safetensors", picture);
  ASSERT_EQ(found.sizes(), at::IntArrayRef({1, 3, 34, 44}));
  const at::Tensor corners = padToMultiple(picture, 2, Padding::Reflect).slice(2, 0, 18, 2).slice(3, 0, 22, 2);
  const at::Tensor expected = cropTo(restored("plain.safetensors", corners.contiguous()), 34, 44);
  EXPECT_LT((found - expected).abs().max().item<float>(), 1e-4F * expected.abs().max().item<float>());
}

}  // namespace
}  // namespace heirloom::tests
