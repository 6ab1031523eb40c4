#include "models/ircnn/network.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "models/checkpoint/tensors.h"
#include "models/common/random_weights.h"
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
  Ircnn networks(config);
  randomise(*networks);
  writeSafetensors(folder / "ircnn.safetensors", stateOf(*networks));

  const auto model = models::open(folder / "ircnn.safetensors");
  EXPECT_EQ(detectIrcnn(inspect(folder / "ircnn.safetensors").tensors), config);
  EXPECT_EQ(model->descriptor().family, "IRCNN");
  Settings settings(model->descriptor().parameters);
  settings.set("noise_level", "31");
  Observer observer;
  const at::Tensor picture = at::rand({1, 3, 9, 14});
  const at::Tensor restored = model->start(settings, {}, observer)->restore(picture);
  torch::NoGradGuard noGrad;
  EXPECT_LT((restored - networks->forward(picture, 15)).abs().max().item<float>(), 1e-6F);
  EXPECT_GT((restored - networks->forward(picture, 14)).abs().max().item<float>(), 1e-3F);
}

TEST(Ircnn, aSingleNetworkHasNoNoiseLevel) {
  const TemporaryFolder folder;
  NamedTensors one = randomWeights(stateOf(*Ircnn(IrcnnConfig{1, 8, 1})));
  for (auto& [name, tensor] : one) name = name.substr(2);  // "0.model.0.weight": files of one network number none
  writeSafetensors(folder / "one.safetensors", one);
  const auto model = models::open(folder / "one.safetensors");
  EXPECT_EQ(model->descriptor().family, "IRCNN");
  EXPECT_FALSE(Settings(model->descriptor().parameters).has("noise_level"));
}

}  // namespace
}  // namespace heirloom::tests
