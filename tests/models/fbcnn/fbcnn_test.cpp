#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <cmath>

#include "models/checkpoint/tensors.h"
#include "models/common/random_weights.h"
#include "models/fbcnn/network.h"
#include "models/registry.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

/// The last layer of the estimator, so that it estimates `quality` of any picture: 0 is JPEG's 100, 1 its 0.
void letEstimate(Fbcnn& network, double quality) {
  const torch::NoGradGuard noGrad;
  network->named_parameters()["qf_pred.8.weight"].zero_();
  network->named_parameters()["qf_pred.8.bias"].fill_(std::log(quality / (1 - quality)));
}

TEST(Fbcnn, theQualityThatIsSetReplacesTheEstimatedOne) {
  Fbcnn network(FbcnnConfig{.features = {8, 16, 16, 32}, .blocks = 2, .embedding = 16});
  randomise(*network);
  letEstimate(network, 0.7);
  const TemporaryFolder folder;
  writeSafetensors(folder / "fbcnn.safetensors", stateOf(*network));
  const auto model = open(folder / "fbcnn.safetensors");
  ASSERT_EQ(model->descriptor().family, "FBCNN");

  const c10::InferenceMode inference;
  at::manual_seed(0);
  const at::Tensor picture = at::rand({1, 3, 16, 24});
  Settings settings(model->descriptor().parameters);
  const auto withQuality = [&](const char* quality) {
    settings.set("jpeg_quality", quality);
    Observer observer;
    return model->start(settings, {}, observer)->restore(picture);
  };
  const at::Tensor estimated = withQuality("0");
  EXPECT_LT((withQuality("30") - estimated).abs().max().item<double>(), 1e-4);
  EXPECT_GT((withQuality("70") - estimated).abs().max().item<double>(), 1e-3);
}

}  // namespace
}  // namespace heirloom::tests
