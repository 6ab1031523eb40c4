#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>

#include "models/checkpoint/tensors.h"
#include "models/common/random_weights.h"
#include "models/registry.h"
#include "models/rrdb/family.h"
#include "models/rrdb/network.h"
#include "tests/models/support/public_networks.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

NamedTensors published(const std::string& name) {
  const std::vector<PublicNetwork> networks = kRrdb.published();
  return std::ranges::find(networks, name, &PublicNetwork::name)->weights();
}

bool has(const NamedTensors& tensors, const std::string& name) {
  return std::ranges::any_of(tensors, [&](const auto& tensor) { return tensor.first == name; });
}

// One set of weights goes from layout to layout: BSRGAN's, KAIR's own, ESRGAN's old one, Real-ESRGAN's.
TEST(Rrdb, everyKeyLayoutHoldsTheSameNetwork) {
  const NamedTensors bsrgan = published("BSRGAN");
  EXPECT_TRUE(has(bsrgan, "RRDB_trunk.22.RDB3.conv5.bias") && has(bsrgan, "HRconv.weight"));
  const NamedTensors bare = published("rrdb_x4_psnr");
  EXPECT_TRUE(has(bare, "model.1.sub.22.RDB3.conv5.bias") && has(bare, "model.1.sub.22.RDB3.conv4.0.bias"));
  const NamedTensors old = published("RRDB_ESRGAN_x4_old_arch");
  EXPECT_TRUE(has(old, "model.1.sub.22.RDB3.conv5.0.bias") && has(old, "model.10.weight"));
  const NamedTensors real = published("RealESRGAN_x4plus");
  EXPECT_TRUE(has(real, "body.22.rdb3.conv5.bias") && has(real, "conv_hr.weight"));

  const TemporaryFolder folder;
  const at::Tensor picture = at::rand({1, 3, 5, 6});
  Observer observer;
  at::Tensor first;
  for (const NamedTensors* layout : {&bsrgan, &bare, &old, &real}) {
    ASSERT_EQ(layout->size(), bsrgan.size());
    NamedTensors weights = *layout;
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i].second = bsrgan[i].second;
    writeSafetensors(folder / "net.safetensors", weights);
    const auto model = models::open(folder / "net.safetensors");
    const at::Tensor result = model->start(Settings(model->descriptor().parameters), {}, observer)->restore(picture);
    if (!first.defined()) first = result;
    EXPECT_TRUE(at::equal(result, first)) << weights.front().first;
  }
}

TEST(Rrdb, filesOfOtherKeyLayoutsBlend) {
  const TemporaryFolder folder;
  const at::Tensor picture = at::rand({1, 3, 5, 6});
  Observer observer;
  const auto restored = [&](const std::shared_ptr<const Restorer>& model) {
    return model->start(Settings(model->descriptor().parameters), {}, observer)->restore(picture);
  };
  const auto first = folder / "first.safetensors";
  const NamedTensors bsrgan = twoBlocksOf("BSRGAN");
  writeSafetensors(first, bsrgan);
  const at::Tensor ofFirst = restored(models::open(first));
  at::Tensor half;
  for (const std::string name : {"BSRGAN", "rrdb_x4_psnr", "RRDB_ESRGAN_x4_old_arch", "RealESRGAN_x4plus"}) {
    const auto second = folder / (name + ".safetensors");
    NamedTensors weights = twoBlocksOf(name);
    ASSERT_EQ(weights.size(), bsrgan.size()) << name;
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i].second = bsrgan[i].second * 1.2;
    writeSafetensors(second, weights);
    const at::Tensor ofSecond = restored(models::open(second));
    EXPECT_FALSE(at::equal(ofSecond, ofFirst)) << name;
    EXPECT_TRUE(at::equal(restored(models::openBlend(first, second, 0)), ofFirst)) << name;
    EXPECT_TRUE(at::equal(restored(models::openBlend(first, second, 1)), ofSecond)) << name;
    EXPECT_TRUE(at::equal(restored(models::openBlend(second, first, 1)), ofFirst)) << name;
    const at::Tensor found = restored(models::openBlend(first, second, 0.5));
    if (!half.defined()) half = found;
    EXPECT_TRUE(at::equal(found, half)) << name;
  }
  // A network with convolutions more stays another one.
  writeSafetensors(folder / "plus.safetensors", twoBlocksOf("4x_ESRGANplus"));
  EXPECT_THROW(models::openBlend(first, folder / "plus.safetensors", 0.5), Error);
  EXPECT_THROW(models::openBlend(folder / "plus.safetensors", first, 0.5), Error);
}

TEST(Rrdb, oldFilesEnlargeAsOftenAsTheirNumbersSay) {
  const torch::NoGradGuard noGrad;
  const TemporaryFolder folder;
  const at::Tensor picture = at::rand({1, 3, 5, 6});
  for (const auto& [name, stages] : {std::pair{"1x_old_arch", 0}, {"8x_old_arch", 3}}) {
    const NamedTensors weights = published(name);
    writeSafetensors(folder / "net.safetensors", weights);
    const auto model = models::open(folder / "net.safetensors");
    EXPECT_EQ(model->descriptor().scale, 1 << stages);
    EXPECT_TRUE(model->descriptor().alternatives.empty());
    Observer observer;
    const at::Tensor found = model->start(Settings(model->descriptor().parameters), {}, observer)->restore(picture);
    RrdbNet network(RrdbConfig{.stages = stages});
    const NamedTensors own = stateOf(*network);
    ASSERT_EQ(own.size(), weights.size());
    for (std::size_t i = 0; i < own.size(); ++i) at::Tensor(own[i].second).copy_(weights[i].second);
    const at::Tensor expected = network->forward(picture);
    ASSERT_EQ(found.sizes(), expected.sizes());
    EXPECT_LT((found - expected).abs().max().item<float>(), 1e-4F * expected.abs().max().item<float>()) << name;
  }
}

TEST(Rrdb, oneStageEnlargesByThreeWhereTheNameSaysSo) {
  const TemporaryFolder folder;
  const RrdbConfig config{
      .features = 8, .growth = 4, .blocks = 1, .stages = 1, .layout = RrdbConfig::Layout::RealEsrGan};
  const NamedTensors weights = randomWeights(stateOf(*RrdbNet(config)));
  for (const auto& [name, scale] : {std::pair{"2x_net", 2},
                                    {"3x_net", 3},
                                    {"3X_net", 3},
                                    {"net_x3", 3},
                                    {"net-x3_gan", 3},
                                    {"conv3x3_net", 2},
                                    {"2x_net_x300k", 2},
                                    {"13xnet", 2}}) {
    const auto file = folder / (std::string(name) + ".safetensors");
    writeSafetensors(file, weights);
    const auto model = models::open(file);
    EXPECT_EQ(model->descriptor().scale, scale) << name;
    EXPECT_EQ(model->descriptor().alternatives, std::vector<std::string>{scale == 3 ? "x2" : "x3"}) << name;
    Observer observer;
    EXPECT_EQ(
        model->start(Settings(model->descriptor().parameters), {}, observer)->restore(at::rand({1, 3, 5, 7})).sizes(),
        at::IntArrayRef({1, 3, 5 * scale, 7 * scale}))
        << name;
  }
}

/// ESRGAN+ by ordinary operations: kair.md 1.10, layout D.
class PlainEsrGanPlus {
 public:
  explicit PlainEsrGanPlus(const RrdbNet& network) : weights_(network->named_parameters()) {}

  at::Tensor forward(const at::Tensor& picture, int blocks) const {
    const at::Tensor shallow = convolved(picture, "conv_first");
    at::Tensor x = shallow;
    for (int i = 0; i < blocks; ++i) {
      at::Tensor y = x;
      for (const char* dense : {".rdb1.", ".rdb2.", ".rdb3."}) y = denseBlock(y, "body." + std::to_string(i) + dense);
      x = x + 0.2 * y;
    }
    x = shallow + convolved(x, "conv_body");
    x = leaky(convolved(at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)}), "conv_up1"));
    return convolved(leaky(convolved(x, "conv_hr")), "conv_last");
  }

 private:
  at::Tensor denseBlock(const at::Tensor& x, const std::string& name) const {
    const at::Tensor x1 = leaky(convolved(x, name + "conv1"));
    const at::Tensor x2 =
        leaky(convolved(at::cat({x, x1}, 1), name + "conv2")) + at::conv2d(x, weights_[name + "conv1x1.weight"]);
    const at::Tensor x3 = leaky(convolved(at::cat({x, x1, x2}, 1), name + "conv3"));
    const at::Tensor x4 = leaky(convolved(at::cat({x, x1, x2, x3}, 1), name + "conv4")) + x2;
    return x + 0.2 * convolved(at::cat({x, x1, x2, x3, x4}, 1), name + "conv5");
  }
  at::Tensor convolved(const at::Tensor& x, const std::string& name) const {
    return at::conv2d(x, weights_[name + ".weight"], weights_[name + ".bias"], 1, 1);
  }
  static at::Tensor leaky(const at::Tensor& x) { return at::leaky_relu(x, 0.2); }

  torch::OrderedDict<std::string, at::Tensor> weights_;
};

TEST(Rrdb, esrGanPlusAddsItsShortcutsInsideTheDenseBlocks) {
  const torch::NoGradGuard noGrad;
  const auto made = [] {
    RrdbNet network(RrdbConfig{.features = 8, .growth = 4, .blocks = 2, .stages = 1, .plus = true});
    randomise(*network);
    return network;
  };
  const at::Tensor picture = at::rand({1, 3, 11, 14});
  const at::Tensor expected = PlainEsrGanPlus(made()).forward(picture, 2);
  for (const bool plain : {true, false}) {
    RrdbNet network = made();
    placeLayers(*network, {at::kCPU, at::kFloat, plain});
    const at::Tensor found = network->forward(picture);
    EXPECT_LT((found - expected).abs().max().item<float>(), 1e-4F * expected.abs().max().item<float>())
        << (plain ? "plain" : "fused");
  }
}

}  // namespace
}  // namespace heirloom::tests
