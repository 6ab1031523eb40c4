#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "models/checkpoint/tensors.h"
#include "models/common/random_weights.h"
#include "models/grl/network.h"
#include "models/registry.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

at::Tensor restored(const Restorer& model, const Settings& settings, const at::Tensor& picture) {
  const c10::InferenceMode inference;
  Observer observer;
  return model.start(settings, {}, observer)->restore(picture);
}

/// No tensor tells what these weights are for; the name of the file does, and a setting overrules it.
TEST(Grl, theTaskThatIsSetTakesThePlaceOfTheOneThatTheNameOfTheFileTells) {
  const auto rows = families();
  const auto row = std::ranges::find(rows, "GRL", &Family::name);
  ASSERT_NE(row, rows.end());
  const auto networks = row->published();
  const auto network = std::ranges::find(networks, "dn_grl_tiny_c3s25", &PublicNetwork::name);
  ASSERT_NE(network, networks.end());
  const TemporaryFolder folder;
  const auto weights = network->weights();
  for (const char* name : {"dn_grl_tiny", "motion_grl_tiny"}) {
    writeSafetensors(folder / (std::string(name) + ".safetensors"), weights);
  }
  const auto denoiser = open(folder / "dn_grl_tiny.safetensors");
  const auto deblurrer = open(folder / "motion_grl_tiny.safetensors");
  EXPECT_EQ(denoiser->descriptor().purpose, Purpose::Denoise);
  EXPECT_EQ(deblurrer->descriptor().purpose, Purpose::Deblur);

  at::manual_seed(0);
  const at::Tensor picture = at::rand({1, 3, 48, 96});
  Settings settings(denoiser->descriptor().parameters);
  const at::Tensor asDenoiser = restored(*denoiser, settings, picture);
  settings.set("task", "motion");
  EXPECT_EQ(denoiser->describe(settings).purpose, Purpose::Deblur);
  const at::Tensor asDeblurrer = restored(*denoiser, settings, picture);
  const at::Tensor expected = restored(*deblurrer, Settings(deblurrer->descriptor().parameters), picture);
  EXPECT_TRUE(at::equal(asDeblurrer, expected));
  EXPECT_GT((asDenoiser - expected).abs().max().item<double>(), 1e-4);
}

/// A narrow network of random weights under the names of its file.
NamedTensors narrowGrl(bool base, PictureHeadConfig head, bool dualPixel = false) {
  NamedTensors state = stateOf(*Grl(
      GrlConfig{.features = 72, .depths = {1}, .hidden = 144, .local = base, .dualPixel = dualPixel, .head = head}));
  for (auto& [name, tensor] : state) {
    if (const std::string of = "upsample."; name.starts_with(of)) name = of + "up." + name.substr(of.size());
  }
  return randomWeights(state);
}

TEST(Grl, itsWindowsAreThoseThatItsAuthorsRanItWith) {
  constexpr PictureHeadConfig same{PictureHeadKind::Residual, 1}, twice{PictureHeadKind::PixelShuffle, 2};
  const TemporaryFolder folder;
  const auto opened = [&](const std::string& name, const NamedTensors& weights) {
    const std::filesystem::path file = folder / (name + ".safetensors");
    writeSafetensors(file, weights);
    return open(file);
  };
  const auto windowsOf = [](const Descriptor& descriptor) {
    return descriptor.configuration.substr(descriptor.configuration.find("windows"));
  };
  const auto denoiser = opened("dn_grl_base", narrowGrl(true, same));
  EXPECT_EQ(windowsOf(denoiser->descriptor()), "windows of 32, stripes of 64x128 with an anchor every 2 pixels");
  EXPECT_EQ(windowsOf(opened("dn_grl_small", narrowGrl(false, same))->descriptor()),
            "windows of 16, stripes of 64x128 with an anchor every 4 pixels");
  EXPECT_EQ(windowsOf(opened("sr_grl_base", narrowGrl(true, twice))->descriptor()),
            "windows of 32, stripes of 64x64 with an anchor every 2 pixels");
  EXPECT_EQ(windowsOf(opened("sr_grl_small", narrowGrl(false, twice))->descriptor()),
            "windows of 32, stripes of 64x64 with an anchor every 4 pixels");
  const auto deblurrer = opened("db_motion_grl_base", narrowGrl(true, same));
  EXPECT_EQ(windowsOf(deblurrer->descriptor()), "windows of 12, stripes of 48x96 with an anchor every 4 pixels");
  Settings settings(deblurrer->descriptor().parameters);
  settings.set("task", "denoise");
  EXPECT_EQ(windowsOf(deblurrer->describe(settings)), windowsOf(denoiser->descriptor()));
}

/// What it was trained for follows from its two views, whatever the file's name.
TEST(Grl, aNetworkOfTwoViewsRemovesDefocusFromOneToo) {
  const TemporaryFolder folder;
  writeSafetensors(folder / "net.safetensors", narrowGrl(true, {PictureHeadKind::Residual, 1}, /*dualPixel=*/true));
  const auto model = open(folder / "net.safetensors");
  EXPECT_EQ(model->descriptor().purpose, Purpose::Deblur);
  EXPECT_EQ(model->descriptor().channels, 3);
  const Settings settings(model->descriptor().parameters);
  EXPECT_FALSE(settings.has("task"));
  const at::Tensor picture = at::full({1, 3, 20, 30}, 0.5);
  EXPECT_EQ(restored(*model, settings, picture).sizes(), picture.sizes());
}

TEST(Grl, takesTheQualityThatIsSetAsOneMoreChannelThatGrowsWithTheDamage) {
  Grl network(GrlConfig{.features = 16,
                        .depths = {1, 1},
                        .hidden = 32,
                        .levelMap = true,
                        .task = GrlTask::Jpeg,
                        .windows = {36, 72, 144},
                        .head = {PictureHeadKind::Residual, 1}});
  randomise(*network);
  const TemporaryFolder folder;
  writeSafetensors(folder / "jpeg_grl.safetensors", stateOf(*network));
  const auto model = open(folder / "jpeg_grl.safetensors");
  ASSERT_EQ(model->descriptor().family, "GRL");
  at::manual_seed(0);
  const at::Tensor picture = at::rand({1, 3, 24, 32});
  Settings settings(model->descriptor().parameters);
  settings.set("jpeg_quality", "30");
  const at::Tensor found = restored(*model, settings, picture);
  const auto distance = [&](double level) {
    const c10::InferenceMode inference;
    return (network->forward(picture, at::full({1, 1, 1, 1}, level, at::kFloat)) - found).abs().max().item<double>();
  };
  EXPECT_LT(distance(0.7), 1e-4);
  EXPECT_GT(distance(0.3), 1e-3);
}

}  // namespace
}  // namespace heirloom::tests
