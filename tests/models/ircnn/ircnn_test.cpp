#include "models/ircnn/network.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "models/checkpoint/tensors.h"
#include "models/ircnn/family.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

TEST(Ircnn, everyTwoLevelsOfNoiseHaveANetwork) {
  EXPECT_EQ(ircnnIndex(0), 0);
  EXPECT_EQ(ircnnIndex(2), 0);
  EXPECT_EQ(ircnnIndex(2.1), 1);
  EXPECT_EQ(ircnnIndex(15), 7);
  EXPECT_EQ(ircnnIndex(25), 12);
  EXPECT_EQ(ircnnIndex(50), 24);
  EXPECT_EQ(ircnnIndex(75), 24);
}

TEST(Ircnn, aFileOfTwentyFiveNetworksUsesTheOneForTheNoise) {
  const TemporaryFolder folder;
  const IrcnnConfig config{3, 8, 25};
  std::vector<Ircnn> networks;
  NamedTensors file;
  for (int i = 0; i < config.networks; ++i) {
    networks.emplace_back(config);
    for (const auto& [name, tensor] : stateOf(*networks.back()))
      file.emplace_back(std::to_string(i) + "." + name, tensor);
  }
  writeSafetensors(folder / "ircnn.safetensors", file);

  const auto model = models::open(folder / "ircnn.safetensors");
  EXPECT_EQ(detectIrcnn(inspect(folder / "ircnn.safetensors").tensors), config);
  EXPECT_EQ(model->descriptor().family, "IRCNN");
  Settings settings(model->descriptor().parameters);
  settings.set("noise_level", "31");
  Observer observer;
  const at::Tensor picture = at::rand({1, 3, 9, 14});
  const at::Tensor restored = model->start(settings, {}, observer)->restore(picture);
  torch::NoGradGuard noGrad;
  EXPECT_LT((restored - networks[15]->forward(picture)).abs().max().item<float>(), 1e-6F);
  EXPECT_GT((restored - networks[14]->forward(picture)).abs().max().item<float>(), 1e-3F);
}

TEST(Ircnn, aSingleNetworkHasNoSetting) {
  const TemporaryFolder folder;
  writeSafetensors(folder / "one.safetensors", stateOf(*Ircnn(IrcnnConfig{1, 8, 1})));
  const auto model = models::open(folder / "one.safetensors");
  EXPECT_EQ(model->descriptor().family, "IRCNN");
  EXPECT_TRUE(model->descriptor().parameters.empty());
}

}  // namespace
}  // namespace heirloom::tests
