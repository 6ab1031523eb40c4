// Which networks DPIR takes for its denoiser, and what it tells them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/checkpoint/tensors.h"
#include "models/common/noise_level.h"
#include "models/dpir/dpir.h"
#include "models/dpir/schedule.h"
#include "models/drunet/family.h"
#include "models/ircnn/network.h"
#include "models/registry.h"
#include "tests/models/support/tiny_drunet.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

/// Four iterations over a picture of noise level 11 whose pixels are all known: x <- D((y + rho x) / (1 + rho)).
constexpr int kKnownIterations = 4;
constexpr double kKnownNoise = 11;

at::Tensor iteratedByDpir(const std::shared_ptr<const Restorer>& denoiser, const at::Tensor& y) {
  const auto inpaint = std::ranges::find(dpirAlgorithms(), "dpir-inpaint", &Algorithm::name);
  Settings settings(inpaint->restorer->descriptor().parameters);
  settings.set("denoiser", Settings::Value(ModelReference{"own", denoiser}));
  settings.set("noise_level", Settings::Value(kKnownNoise));
  settings.set("iterations", Settings::Value(std::int64_t{kKnownIterations}));
  settings.set("turning", Settings::Value(false));
  Observer observer;
  return inpaint->restorer->start(settings, {}, observer)->restore(y);
}

/// `denoise(z, sigma)` in the denoiser's place; sigma in 0..1.
at::Tensor iteratedByHand(const std::function<at::Tensor(const at::Tensor&, double)>& denoise, const at::Tensor& y) {
  const DpirSchedule schedule = dpirSchedule(kKnownNoise / 255, kKnownIterations, kKnownNoise);
  at::Tensor x = y;
  for (std::size_t i = 0; i < schedule.sigma.size(); ++i) {
    x = denoise((y + schedule.rho[i] * x) / (1 + schedule.rho[i]), schedule.sigma[i]);
  }
  return x;
}

TEST(Dpir, aDrunetIsToldTheNoiseOfEachIteration) {
  const TemporaryFolder folder;
  writeTinyDrunet(folder / "drunet_gray.safetensors");
  const auto model = models::open(folder / "drunet_gray.safetensors");
  ResUNet network = loadDrunet(inspect(folder / "drunet_gray.safetensors").tensors);
  const at::Tensor y = at::rand({1, 1, 16, 24}) * 0.8 + 0.1;
  const torch::NoGradGuard noGrad;
  const auto denoised = [&](const at::Tensor& z, double sigma) {
    return network->forward(withNoiseMap(z, at::full({1, 1, 1, 1}, sigma, at::kFloat)));
  };
  const at::Tensor result = iteratedByDpir(model, y);
  const at::Tensor expected = iteratedByHand(denoised, y);
  const at::Tensor untold = iteratedByHand([&](const at::Tensor& z, double) { return denoised(z, 25.0 / 255); }, y);
  const double largest = expected.abs().max().item<double>();
  EXPECT_LT((result - expected).abs().max().item<double>(), 1e-4 * largest);
  EXPECT_GT((untold - expected).abs().max().item<double>(), 1e-3 * largest);
}

// Network i of the file takes 0.001 (i + 1) from every pixel.
TEST(Dpir, ofTwentyFiveIrcnnsTheOneForTheLevelIsRun) {
  NamedTensors tensors = stateOf(*Ircnn(IrcnnConfig{1, 8, 25}));
  for (auto& [name, tensor] : tensors) {
    const int network = std::stoi(name);  // "24.model.12.bias"
    tensor = at::full(tensor.sizes(), name.ends_with(".model.12.bias") ? 0.001 * (network + 1) : 0.0, at::kFloat);
  }
  const TemporaryFolder folder;
  writeSafetensors(folder / "ircnn_gray.safetensors", tensors);
  const at::Tensor y = at::rand({1, 1, 12, 16}) * 0.8 + 0.1;
  std::vector<int> asked;
  const at::Tensor expected = iteratedByHand(
      [&](const at::Tensor& z, double sigma) {
        asked.push_back(ircnnIndex(sigma * 255));
        return z - 0.001 * (asked.back() + 1);
      },
      y);
  EXPECT_THAT(asked, testing::ElementsAre(24, 14, 9, 5));
  const at::Tensor result = iteratedByDpir(models::open(folder / "ircnn_gray.safetensors"), y);
  EXPECT_LT((result - expected).abs().max().item<double>(), 1e-5);
}

TEST(Dpir, onlyDenoisersServe) {
  const TemporaryFolder folder;
  for (const char* name : {"drunet_gray", "drunet_deblocking_grayscale"}) {
    writeTinyDrunet(folder / (std::string(name) + ".safetensors"));
  }
  EXPECT_TRUE(servesAsDenoiser(models::open(folder / "drunet_gray.safetensors")->descriptor()));
  EXPECT_FALSE(servesAsDenoiser(models::open(folder / "drunet_deblocking_grayscale.safetensors")->descriptor()));
  for (const Algorithm& algorithm : dpirAlgorithms()) EXPECT_FALSE(servesAsDenoiser(algorithm.restorer->descriptor()));
}

TEST(Dpir, withoutADenoiserItSaysSo) {
  const Algorithm& algorithm = dpirAlgorithms().front();
  Observer observer;
  try {
    algorithm.restorer->start(Settings(algorithm.restorer->descriptor().parameters), {}, observer);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("setting denoiser"));
  }
}

}  // namespace
}  // namespace heirloom::tests
