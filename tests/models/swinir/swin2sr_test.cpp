// Swin2SR beside what the authors' code gives (recorded by swin2sr_case.py).

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <array>

#include "models/checkpoint/tensors.h"
#include "models/common/padding.h"
#include "models/common/random_weights.h"
#include "models/registry.h"
#include "models/swinir/network.h"
#include "tests/models/support/closed_form.h"
#include "tests/models/swinir/tiny.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

struct Swin2SrCase {
  const char* name;
  SwinIrConfig config;
  std::size_t parameters;
  std::array<double, 7> values;  // mean, standard deviation, first four, last
};

SwinIrConfig tinyV2(SwinIrHead head, int scale, bool threeConvolutions = false, int channels = 3) {
  SwinIrConfig config = tinySwinIr(head, scale, threeConvolutions, channels);
  config.second = true;
  return config;
}

const Swin2SrCase kSwin2SrCases[] = {
    {"pixelshuffle x2",
     tinyV2(SwinIrHead::PixelShuffle, 2),
     92,
     {0.473463, 0.629563, 0.875125, 0.412431, 0.966239, 0.713491, 0.116425}},
    {"pixelshuffle x3",
     tinyV2(SwinIrHead::PixelShuffle, 3),
     92,
     {0.530315, 0.670305, 0.087718, 0.606592, 0.250707, 0.011933, 0.814551}},
    {"pixelshuffledirect x2",
     tinyV2(SwinIrHead::PixelShuffleDirect, 2),
     88,
     {0.197937, 1.010477, 0.147417, 1.123875, 0.723240, -0.214876, -0.248153}},
    {"nearest+conv x4",
     tinyV2(SwinIrHead::NearestConvolution, 4, true),
     108,
     {0.410804, 0.170680, 0.482131, 0.462823, 0.454462, 0.495967, 0.333380}},
    {"pixelshuffle_aux x4",
     tinyV2(SwinIrHead::Auxiliary, 4),
     100,
     {0.354042, 0.540942, 0.404291, 0.482039, -0.189331, -0.222868, 0.346591}},
    {"none",
     tinyV2(SwinIrHead::Residual, 1, false, 1),
     88,
     {-1.525851, 0.855535, 0.404830, -1.628560, -0.579539, 0.213987, -3.071978}},
};

void expectValues(const at::Tensor& result, const Swin2SrCase& expected) {
  const at::Tensor flat = result.to(at::kDouble).flatten();
  std::array<double, 7> found = {flat.mean().item<double>(), flat.std(/*unbiased=*/false).item<double>()};
  for (int i = 0; i < 4; ++i) found[static_cast<std::size_t>(i) + 2] = flat[i].item<double>();
  found[6] = flat[-1].item<double>();
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected.values[i], 1e-4) << "value " << i;
}

TEST(Swin2Sr, givesTheReferencesValuesThroughFiles) {
  const TemporaryFolder folder;
  for (const Swin2SrCase& c : kSwin2SrCases) {
    SCOPED_TRACE(c.name);
    const SwinIr network(c.config);
    std::vector<NamedShape> tensors;
    for (const auto& item : network->named_parameters()) tensors.push_back({item.key(), item.value().sizes().vec()});
    EXPECT_EQ(tensors.size(), c.parameters);
    // Detection reads the window from the table of coordinates, which follows from it.
    NamedTensors weights = closedFormTensors(tensors);
    for (const auto& item : network->named_buffers()) weights.emplace_back(item.key(), item.value());
    writeSafetensors(folder / "net.safetensors", weights);

    const auto model = models::open(folder / "net.safetensors");
    EXPECT_EQ(model->descriptor().family, "Swin2SR");
    const at::Tensor picture = (closedFormUniform(1000, {1, c.config.channels, 10, 13}) + 0.5).to(at::kFloat);
    Observer observer;
    for (const bool plain : {true, false}) {
      const auto session = model->start(Settings(model->descriptor().parameters), {.plain = plain}, observer);
      expectValues(session->restore(picture), c);
    }
  }
}

/// The tables that follow from the window stay as they are.
SwinIr randomNetwork(const SwinIrConfig& config) {
  const torch::NoGradGuard noGrad;
  SwinIr network(config);
  NamedTensors own;
  for (const auto& item : network->named_parameters()) own.emplace_back(item.key(), item.value());
  const NamedTensors weights = randomWeights(own);
  for (std::size_t i = 0; i < own.size(); ++i) own[i].second.copy_(weights[i].second);
  return network;
}

// The network alone enlarges the 12 x 16 pixels that it makes of 10 x 13 to the size of the others' result.
TEST(Swin2Sr, photosAreExtendedBeforeTheyAreEnlargedBesideTheNetwork) {
  const torch::NoGradGuard noGrad;
  SwinIr bare = randomNetwork(tinyV2(SwinIrHead::Auxiliary, 4));
  const TemporaryFolder folder;
  writeSafetensors(folder / "net.safetensors", stateOf(*bare));
  const auto model = models::open(folder / "net.safetensors");
  const at::Tensor picture = at::rand({1, 3, 10, 13});
  const auto restored = [&](const char* alignment) {
    Settings settings(model->descriptor().parameters);
    settings.set("alignment", alignment);
    Observer observer;
    return model->start(settings, {}, observer)->restore(picture);
  };
  const at::Tensor extended = mirroredTo(picture, 12, 16, Mirror::WithoutEdge);
  const at::Tensor expected = cropTo(bare->forward(extended), 40, 52);
  EXPECT_LT((restored("centre") - expected).abs().max().item<float>(), 1e-4F);
  EXPECT_LT((restored("published") - bare->forward(picture)).abs().max().item<float>(), 1e-4F);
  EXPECT_GT((restored("published") - expected).abs().max().item<float>(), 1e-2F);
  const auto& parameters = model->descriptor().parameters;
  const auto alignment = std::ranges::find(parameters, std::string("alignment"), &Parameter::name);
  ASSERT_NE(alignment, parameters.end());
  EXPECT_EQ(alignment->onPhotos, "centre");
}

// As the authors' file Swin2SR_Jpeg_dynamic.
TEST(Swin2Sr, aFileWithWindowsOfSevenRemovesCompressionIn8BitUnits) {
  const torch::NoGradGuard noGrad;
  SwinIrConfig config = tinyV2(SwinIrHead::Residual, 1, false, 1);
  config.window = 7;
  config.range = 255;
  SwinIr bare = randomNetwork(config);
  const TemporaryFolder folder;
  writeSafetensors(folder / "net.safetensors", stateOf(*bare));

  const auto model = models::open(folder / "net.safetensors");
  EXPECT_EQ(model->descriptor().family, "Swin2SR");
  EXPECT_EQ(model->descriptor().purpose, Purpose::Deblock);
  EXPECT_EQ(model->descriptor().channels, 1);
  const at::Tensor picture = at::rand({1, 1, 9, 16});
  const at::Tensor expected = bare->forward(picture);
  Observer observer;
  for (const bool plain : {true, false}) {
    const auto session = model->start(Settings(model->descriptor().parameters), {.plain = plain}, observer);
    EXPECT_LT((session->restore(picture) - expected).abs().max().item<float>(), 1e-4F) << (plain ? "plain" : "fused");
  }
}

}  // namespace
}  // namespace heirloom::tests
