#include "models/ffdnet/network.h"

#include <torch/types.h>

#include "models/checkpoint/tensors.h"
#include "models/common/random_weights.h"
#include "models/ffdnet/family.h"
#include "tests/support/shared.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

TEST(FfdNet, randomWeightsAreDetectedAsTheirConfiguration) {
  const TemporaryFolder folder;
  for (const FfdNetConfig& config : {FfdNetConfig{1, 8, 15}, FfdNetConfig{3, 16, 12}, FfdNetConfig{3, 8, 4}}) {
    writeSafetensors(folder / "net.safetensors", randomWeights(stateOf(*FfdNet(config))));
    EXPECT_EQ(detectFfdNet(inspect(folder / "net.safetensors").tensors), config);
    EXPECT_EQ(models::open(folder / "net.safetensors")->descriptor().family, "FFDNet");
  }
}

TEST(FfdNet, publishedFilesHaveTheirParameterCounts) {
  REQUIRE_SHARED(folder, "checkpoints");
  EXPECT_EQ(models::open(folder / "ffdnet_gray.pth")->descriptor().parameterCount, 485'316);
  EXPECT_EQ(models::open(folder / "ffdnet_color.pth")->descriptor().parameterCount, 852'108);
}

TEST(FfdNet, oddSidesComeBackAtTheirSize) {
  FfdNet network(FfdNetConfig{3, 8, 4});
  randomise(*network);
  torch::NoGradGuard noGrad;
  const at::Tensor sigma = at::full({1, 1, 1, 1}, 0.1F);
  for (const auto& [height, width] : {std::pair{1, 1}, std::pair{1, 8}, std::pair{7, 4}, std::pair{5, 9}}) {
    const at::Tensor result = network->forward(at::rand({2, 3, height, width}), sigma);
    EXPECT_EQ(result.sizes(), at::IntArrayRef({2, 3, height, width}));
  }
}

TEST(FfdNet, aBatchEqualsItsSingles) {
  FfdNet network(FfdNetConfig{3, 8, 4});
  randomise(*network);
  torch::NoGradGuard noGrad;
  const at::Tensor batch = at::rand({3, 3, 12, 10});
  const at::Tensor sigma = at::tensor({0.05F, 0.1F, 0.2F}).view({3, 1, 1, 1});
  const at::Tensor together = network->forward(batch, sigma);
  for (int i = 0; i < 3; ++i) {
    const at::Tensor single = network->forward(batch.slice(0, i, i + 1), sigma.slice(0, i, i + 1));
    EXPECT_LT((together[i] - single[0]).abs().max().item<float>(), 1e-5F);
  }
}

// Small pictures take LibTorch's plain convolution, which refuses a mix of inference and ordinary tensors.
TEST(FfdNet, runsWhenItWasLoadedAndStartedUnderInferenceMode) {
  const TemporaryFolder folder;
  writeSafetensors(folder / "net.safetensors", randomWeights(stateOf(*FfdNet(FfdNetConfig{3, 8, 4}))));
  const c10::InferenceMode inference;
  const auto model = models::open(folder / "net.safetensors");
  Observer observer;
  const auto session = model->start(Settings(model->descriptor().parameters), {}, observer);
  EXPECT_EQ(session->restore(at::rand({1, 3, 8, 8})).sizes(), at::IntArrayRef({1, 3, 8, 8}));
}

TEST(FfdNet, nothingBeyondTheMarginReachesAPixel) {
  const FfdNetConfig config{1, 4, 4};
  FfdNet network(config);
  randomise(*network);
  torch::NoGradGuard noGrad;
  const at::Tensor sigma = at::full({1, 1, 1, 1}, 0.1F);
  const std::int64_t margin = 2 * config.stack().receptiveRadius();
  at::Tensor picture = at::rand({1, 1, 64, 64});
  const at::Tensor before = network->forward(picture, sigma);
  picture.index_put_({0, 0, 32, 32}, at::scalar_tensor(1000.F));
  const at::Tensor changed = (network->forward(picture, sigma) - before).abs().squeeze() > 1e-6;
  const at::Tensor where = changed.nonzero();
  ASSERT_GT(where.size(0), 0);
  const std::int64_t reach = (where - 32).abs().max().item<std::int64_t>();
  EXPECT_LE(reach, margin + 1);  // the pixel's 2x2 cell reaches one further
}

}  // namespace
}  // namespace heirloom::tests
