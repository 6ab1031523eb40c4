#include "models/drunet/family.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "models/checkpoint/tensors.h"
#include "models/common/noise_level.h"
#include "models/common/random_weights.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

class Drunet : public testing::Test {
 protected:
  std::filesystem::path written(const std::string& name) {
    writeSafetensors(folder_ / name, randomWeights(stateOf(*ResUNet(ResUNetConfig{2, 1, {8, 8, 16, 16}, 1}))));
    return folder_ / name;
  }
  TemporaryFolder folder_;
};

// The shapes of both are the same.
TEST_F(Drunet, theFilesNameTellsADeblockerFromADenoiser) {
  const auto denoiser = models::open(written("drunet_gray.safetensors"));
  EXPECT_EQ(denoiser->descriptor().purpose, Purpose::Denoise);
  EXPECT_EQ(denoiser->descriptor().alternatives, std::vector<std::string>{"deblocker"});
  EXPECT_EQ(Settings(denoiser->descriptor().parameters).choice("task"), "denoise");
  const auto deblocker = models::open(written("drunet_deblocking_grayscale.safetensors"));
  EXPECT_EQ(deblocker->descriptor().purpose, Purpose::Deblock);
  EXPECT_EQ(deblocker->descriptor().alternatives, std::vector<std::string>{"denoiser"});
  EXPECT_EQ(Settings(deblocker->descriptor().parameters).choice("task"), "deblock");
}

TEST_F(Drunet, onlyTheLevelOfItsTaskIsAskedFor) {
  const auto model = models::open(written("drunet_deblocking_grayscale.safetensors"));
  Settings settings(model->descriptor().parameters);
  EXPECT_TRUE(settings.counts("jpeg_quality"));
  EXPECT_FALSE(settings.counts("noise_level"));
  EXPECT_TRUE(settings.counts("task"));
  settings.set("task", "denoise");
  EXPECT_FALSE(settings.counts("jpeg_quality"));
  EXPECT_TRUE(settings.counts("noise_level"));
}

// kair.md 1.9: sigma / 255 for noise, (100 - quality) / 100 for JPEG.
TEST_F(Drunet, theTaskSaysWhatItsLevelIsMadeOf) {
  const torch::NoGradGuard noGrad;
  const std::filesystem::path file = written("drunet_deblocking_grayscale.safetensors");
  ResUNet bare = loadDrunet(inspect(file).tensors);
  const auto model = models::open(file);
  const at::Tensor picture = at::rand({1, 1, 17, 19});
  const auto beside = [&](const char* task, double level) {
    Settings settings(model->descriptor().parameters);
    settings.set("task", task);
    settings.set("noise_level", "51");
    settings.set("jpeg_quality", "30");
    Observer observer;
    const at::Tensor found = model->start(settings, {}, observer)->restore(picture);
    const at::Tensor expected = bare->forward(withNoiseMap(picture, at::full({1, 1, 1, 1}, level, at::kFloat)));
    return (found - expected).abs().max().item<float>() / expected.abs().max().item<float>();
  };
  EXPECT_LT(beside("deblock", 0.7), 1e-4F);
  EXPECT_LT(beside("denoise", 0.2), 1e-4F);
  EXPECT_GT(beside("deblock", 0.2), 1e-3F) << "the level counts";
}

}  // namespace
}  // namespace heirloom::tests
