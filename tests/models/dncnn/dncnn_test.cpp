#include "models/dncnn/network.h"

#include <torch/types.h>

#include "models/checkpoint/tensors.h"
#include "models/common/random_weights.h"
#include "models/dncnn/family.h"
#include "tests/support/shared.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

TEST(DnCnn, randomWeightsAreDetectedAsTheirConfiguration) {
  const TemporaryFolder folder;
  for (const DnCnnConfig& config : {DnCnnConfig{1, 8, 17, false, false}, DnCnnConfig{3, 16, 20, false, false},
                                    DnCnnConfig{1, 8, 20, true, false}, DnCnnConfig{3, 8, 5, true, false}}) {
    writeSafetensors(folder / "net.safetensors", randomWeights(stateOf(*DnCnn(config))));
    const Inspection inspection = inspect(folder / "net.safetensors");
    EXPECT_EQ(detectDnCnn(inspection.tensors), config);
    ASSERT_NE(inspection.family, nullptr);
    EXPECT_EQ(inspection.family->name, config.noiseMap ? "FDnCNN" : "DnCNN");
    EXPECT_EQ(inspection.considered.back().match.descriptor->parameterCount, config.stack().parameterCount());
  }
}

// One 1x1-sized picture through three layers whose only nonzero taps are the centres: (x w0 + b0) clipped at 0, and so
// on.
TEST(DnCnn, subtractsWhatItsChainPredicts) {
  DnCnn network(DnCnnConfig{1, 1, 3, false, false});
  torch::NoGradGuard noGrad;
  for (auto& item : network->named_parameters()) item.value().zero_();
  auto parameters = network->named_parameters();
  const auto centre = [&](const char* name, float weight, float bias) {
    parameters[std::string(name) + ".weight"][0][0][1][1] = weight;
    parameters[std::string(name) + ".bias"][0] = bias;
  };
  centre("model.0", 2, 0.1F);
  centre("model.2", -1, 0.9F);
  centre("model.4", 0.5F, 0.05F);
  // 2 * 0.2 + 0.1 = 0.5; -0.5 + 0.9 = 0.4; 0.2 + 0.05 = 0.25; 0.2 - 0.25
  EXPECT_NEAR(network->forward(at::full({1, 1, 1, 1}, 0.2F)).item<float>(), -0.05F, 1e-6);
}

TEST(DnCnn, publishedFilesAreWhatTheirAuthorsSay) {
  REQUIRE_SHARED(folder, "checkpoints");
  const auto parameters = [&](const char* name) { return models::open(folder / name)->descriptor().parameterCount; };
  EXPECT_EQ(parameters("dncnn_25.pth"), 555'137);
  EXPECT_EQ(parameters("dncnn3.pth"), 665'921);
  EXPECT_EQ(parameters("fdncnn_gray.pth"), 666'497);
  EXPECT_EQ(parameters("fdncnn_color.pth"), 668'803);
}

}  // namespace
}  // namespace heirloom::tests
