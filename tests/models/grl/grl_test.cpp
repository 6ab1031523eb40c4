#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <algorithm>

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
