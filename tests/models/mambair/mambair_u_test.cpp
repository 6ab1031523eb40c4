#include <gtest/gtest.h>
#include <torch/types.h>

#include <map>

#include "models/checkpoint/tensors.h"
#include "models/common/padding.h"
#include "models/common/random_weights.h"
#include "models/mambair/u_network.h"
#include "models/registry.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

const MambaIrUConfig kSmall{
    .width = 32, .blocks = {1, 2, 1, 1}, .refinement = 1, .states = {2, 3, 4, 5}, .lastStates = 6};

class MambaIrUNet : public testing::Test {
 protected:
  std::shared_ptr<const Restorer> written(const NamedTensors& weights) {
    writeSafetensors(folder_ / "net.safetensors", weights);
    return models::open(folder_ / "net.safetensors");
  }
  static at::Tensor restored(const Restorer& model, const at::Tensor& picture, bool plain = false) {
    Observer observer;
    return model.start(Settings(model.descriptor().parameters), {.plain = plain}, observer)->restore(picture);
  }
  TemporaryFolder folder_;
};

// Where blocks change nothing, all that is left is the U around them.
TEST_F(MambaIrUNet, isRestormersUAroundBlocksThatScan) {
  NamedTensors weights = randomWeights(stateOf(*MambaIrU(kSmall)));
  std::map<std::string, at::Tensor> named;
  for (auto& [name, tensor] : weights) {
    if (name.ends_with("out_proj.weight") || name.find("conv_blk.cab.2.") != std::string::npos) tensor.zero_();
    if (name.find("skip_scale") != std::string::npos) tensor.fill_(1);
    named[name] = tensor;
  }
  const auto convolved = [&](const std::string& name, const at::Tensor& x) {
    const at::Tensor weight = named.at(name + ".weight");
    return at::conv2d(x, weight, {}, 1, weight.size(2) / 2);
  };
  const at::Tensor picture = at::rand({2, 3, 19, 30});
  const at::Tensor whole = padToMultiple(picture, 8, Padding::Reflect);
  const at::Tensor first = convolved("patch_embed.proj", whole);
  const at::Tensor second = at::pixel_unshuffle(convolved("down1_2.body.0", first), 2);
  const at::Tensor third = at::pixel_unshuffle(convolved("down2_3.body.0", second), 2);
  at::Tensor x = at::pixel_unshuffle(convolved("down3_4.body.0", third), 2);
  x = convolved("reduce_chan_level3", at::cat({at::pixel_shuffle(convolved("up4_3.body.0", x), 2), third}, 1));
  x = convolved("reduce_chan_level2", at::cat({at::pixel_shuffle(convolved("up3_2.body.0", x), 2), second}, 1));
  x = at::cat({at::pixel_shuffle(convolved("up2_1.body.0", x), 2), first}, 1);
  const at::Tensor expected = cropTo(convolved("output", x) + whole, 19, 30);

  const auto model = written(weights);
  EXPECT_EQ(model->descriptor().family, "MambaIRUNet");
  EXPECT_EQ(model->descriptor().purpose, Purpose::Denoise);
  EXPECT_EQ(model->descriptor().scale, 1);
  for (const bool plain : {true, false}) {
    const at::Tensor found = restored(*model, picture, plain);
    ASSERT_EQ(found.sizes(), picture.sizes());
    EXPECT_LT((found - expected).abs().max().item<float>(), 1e-4F * expected.abs().max().item<float>());
  }
}

// Every part of the file counts, and our own scan gives what the plain loop gives.
TEST_F(MambaIrUNet, everyScanCounts) {
  const NamedTensors weights = randomWeights(stateOf(*MambaIrU(kSmall)));
  const at::Tensor picture = at::rand({1, 3, 24, 16});
  const auto model = written(weights);
  const at::Tensor result = restored(*model, picture);
  const float largest = result.abs().max().item<float>();
  EXPECT_LT((restored(*model, picture, /*plain=*/true) - result).abs().max().item<float>(), 1e-3F * largest);
  for (const char* part : {"encoder_level1.0", "encoder_level2.1", "encoder_level3.0", "latent.0", "decoder_level3.0",
                           "decoder_level2.1", "decoder_level1.0", "refinement.0"}) {
    NamedTensors changed = weights;
    for (auto& [name, tensor] : changed) {
      if (name == std::string(part) + ".self_attention.out_proj.weight") tensor = -tensor;
    }
    EXPECT_GT((restored(*written(changed), picture) - result).abs().max().item<float>(), 1e-4F * largest) << part;
  }
}

TEST_F(MambaIrUNet, filesOfTwoViewsAreRefused) {
  NamedTensors weights = randomWeights(stateOf(*MambaIrU(kSmall)));
  for (auto& [name, tensor] : weights) {
    if (name == "patch_embed.proj.weight") tensor = at::zeros({kSmall.width, 6, 3, 3});
  }
  try {
    written(weights);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("MambaIRUNet"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace heirloom::tests
