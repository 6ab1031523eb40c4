#include "models/ircnn/network.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "models/checkpoint/tensors.h"
#include "models/common/random_weights.h"
#include "models/ircnn/family.h"
#include "tests/models/support/checkpoint_files.h"
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

/// As KAIR's files nest them: a dictionary of a dictionary a network, "0" to "24" (kair.md 1.3).
std::vector<std::pair<std::string, NamedTensors>> byNetwork(const NamedTensors& state) {
  std::vector<std::pair<std::string, NamedTensors>> networks;
  for (const auto& [name, tensor] : state) {
    const std::size_t dot = name.find('.');
    if (networks.empty() || networks.back().first != name.substr(0, dot)) networks.push_back({name.substr(0, dot), {}});
    networks.back().second.emplace_back(name.substr(dot + 1), tensor);
  }
  return networks;
}

std::string nameOfCase(const testing::TestParamInfo<FileKind>& tested) {
  if (tested.param == FileKind::Safetensors) return "safetensors";
  return tested.param == FileKind::ZipPth ? "zip" : "legacy";
}

class IrcnnFile : public testing::TestWithParam<FileKind> {};

TEST_P(IrcnnFile, ofTwentyFiveNetworksUsesTheOneForTheNoise) {
  const TemporaryFolder folder;
  const IrcnnConfig config{3, 8, 25};
  Ircnn networks(config);
  randomise(*networks);
  const auto file = folder / (GetParam() == FileKind::Safetensors ? "ircnn.safetensors" : "ircnn.pth");
  if (GetParam() == FileKind::Safetensors) {
    writeSafetensors(file, stateOf(*networks));
  } else {
    const auto groups = byNetwork(stateOf(*networks));
    ASSERT_EQ(groups.size(), 25U);
    writeGroups(file, groups, {}, {}, GetParam());
    // Each would be an IRCNN, but nobody is asked which one: the noise says it.
    EXPECT_EQ(detectIrcnn(inspect(file.string() + "#7").tensors), (IrcnnConfig{3, 8, 1}));
  }

  const auto model = models::open(file);
  EXPECT_EQ(detectIrcnn(inspect(file).tensors), config);
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

INSTANTIATE_TEST_SUITE_P(Kinds, IrcnnFile, testing::ValuesIn(kFileKinds), nameOfCase);

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
