#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/train/objective.h"
#include "models/checkpoint/tensors.h"
#include "models/registry.h"
#include "models/restorevar/family.h"
#include "models/restorevar/network.h"
#include "tests/core/train/restorevar_training_run.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::core;
using testing::AllOf;
using testing::HasSubstr;

/// Names of tensors that differ begin with one of `parts`, and some of each part differ.
void expectChanged(const std::map<std::string, at::Tensor>& before, const std::map<std::string, at::Tensor>& after,
                   const std::vector<std::string>& parts, const std::string& except = "-") {
  std::map<std::string, int> changed;
  for (const auto& [name, tensor] : before) {
    if (at::equal(tensor, after.at(name))) continue;
    const auto part = std::ranges::find_if(parts, [&](const std::string& begin) { return name.starts_with(begin); });
    EXPECT_TRUE(part != parts.end() && !name.starts_with(except)) << name;
    if (part != parts.end()) ++changed[*part];
  }
  for (const std::string& part : parts) EXPECT_GT(changed[part], 0) << part;
}

TEST_F(RestoreVarTraining, everyStageLearnsItsPartAndLoadsAsTheNetwork) {
  const auto expectFall = [](const std::vector<double>& losses, double factor) {
    ASSERT_EQ(losses.size(), 3U);
    EXPECT_LT(losses.back(), factor * losses.front());
  };
  expectFall(losses("vqvae", 150), 0.85);
  const auto coded = weights();
  losses("decoder", 30);
  const auto tuned = weights();
  expectChanged(coded, tuned, {"vae.decoder.", "vae.post_quant_conv."});
  expectFall(losses("var", 150), 0.92);
  const auto predicting = weights();
  expectChanged(tuned, predicting, {"var."}, "var.vae_refiner.");
  expectFall(losses("refiner", 300), 0.96);
  expectChanged(predicting, weights(), {"var.vae_refiner."});

  const models::Inspection inspection = models::inspect(config_.network.weights);
  ASSERT_TRUE(inspection.family);
  EXPECT_EQ(inspection.family->name, "RestoreVAR");
  EXPECT_EQ(models::detectRestoreVar(inspection.tensors), config_.network.restorevar);
  const auto network = models::open(config_.network.weights);
  models::Observer observer;
  const auto session = network->start(models::Settings(network->descriptor().parameters), {}, observer);
  const at::Tensor restored = session->restore(at::rand({1, 3, 16, 16}));
  EXPECT_EQ(restored.sizes(), at::IntArrayRef({1, 3, 16, 16}));
  EXPECT_TRUE(restored.isfinite().all().item<bool>());

  // A decoder that knows nothing yet shows best that it learns.
  for (const char* stage : {"vqvae", "decoder"}) std::filesystem::remove_all(folder_ / stage);
  config_.network.weights.clear();
  losses("vqvae", 3);
  expectFall(losses("decoder", 150), 0.95);
}

TEST_F(RestoreVarTraining, aStoppedStageGoesOnAsIfItHadNeverStopped) {
  for (const std::string stage : {"vqvae", "var"}) {
    const std::filesystem::path from = config_.network.weights;
    config_.adversarial = stage == "vqvae" ? 0.1 : 0;
    losses(stage, 30);
    const auto unbroken = weights();
    const std::filesystem::path result = config_.network.weights;
    config_.network.weights = from;
    config_.output = folder_ / (stage + "-broken");
    std::stop_source source;
    TrainRecorder recorder;
    recorder.then = [&](const TrainProgress& progress) {
      if (progress.iteration == 10) source.request_stop();
    };
    EXPECT_THROW(train(config_, recorder, source.get_token()), Stopped);
    recorder.then = {};
    const auto resumed = models::readSafetensors(train(config_, recorder, {}));
    for (const auto& [name, tensor] : unbroken) EXPECT_TRUE(at::equal(tensor, resumed.at(name))) << name;
    config_.network.weights = result;
  }
}

TEST_F(RestoreVarTraining, startsFromAnAutoencodersOwnFileAndATransformers) {
  losses("vqvae", 3);
  models::NamedTensors vae, var;
  for (const auto& [name, tensor] : weights()) {
    if (name.starts_with("vae.")) vae.emplace_back(name.substr(4), tensor);
    // Of another vocabulary: what fits is taken.
    if (name.starts_with("var.")) var.emplace_back(name.substr(4), name == "var.head.weight" ? tensor[0] : tensor + 1);
  }
  models::writeSafetensors(folder_ / "vae.safetensors", vae);
  models::writeSafetensors(folder_ / "var.safetensors", var);
  for (auto& [name, tensor] : var) name = "var." + name;
  models::writeSafetensors(folder_ / "both.safetensors", var);
  const auto before = weights();
  config_.optimizer.learningRate = 0;
  // Of a file of both, whose transformer has learned nothing yet, the autoencoder alone is taken.
  for (const auto& [autoencoder, transformer] :
       {std::pair(folder_ / "vae.safetensors", "var.safetensors"), {config_.network.weights, "both.safetensors"}}) {
    config_.network.weights = autoencoder;
    config_.network.transformerWeights = folder_ / transformer;
    losses("var", 3);
    const auto after = weights();
    for (const auto& [name, tensor] : before) {
      if (name == "var.head.weight" || name == "var.lvl_1L") continue;
      EXPECT_TRUE(at::allclose(after.at(name), name.starts_with("var.") ? tensor + 1 : tensor, 1e-5, 1e-6)) << name;
    }
    std::filesystem::remove_all(folder_ / "var");
  }

  config_.network.restorevar.vae.latent = 16;
  config_.output = folder_ / "other";
  config_.network.transformerWeights.clear();
  config_.network.weights = folder_ / "vae.safetensors";
  TrainRecorder recorder;
  try {
    train(config_, recorder, {});
    ADD_FAILURE() << "weights of another latent were taken";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("vae.safetensors"), HasSubstr("network")));
  }
}

TEST_F(RestoreVarTraining, everyStageRunsInBfloat16) {
  const std::vector<double> exact = losses("vqvae", 3);
  std::filesystem::remove_all(folder_ / "vqvae");
  config_.network.weights.clear();
  config_.precision = "bfloat16";
  for (const std::string stage : {"vqvae", "decoder", "var", "refiner"}) {
    config_.adversarial = stage == "decoder" ? 0.1 : 0;
    const std::vector<double> rounded = losses(stage, 3);
    EXPECT_FALSE(rounded.empty()) << stage;
    if (stage == "vqvae") {
      EXPECT_NE(rounded, exact);
    }
  }
}

TEST_F(RestoreVarTraining, validatesPicturesOfAnySizeSquareBySquare) {
  configure("vqvae", 3);
  config_.validation.folder = folder_ / "photos";
  config_.validation.crop = 50;
  TrainRecorder recorder;
  train(config_, recorder, {});
  EXPECT_GT(recorder.reports.back().psnr, 3);
  const auto objective = makeObjective(config_);
  const c10::InferenceMode inference;
  const at::Tensor picture = at::rand({1, 3, 40, 35});
  const at::Tensor coded = objective->restored(picture);
  EXPECT_EQ(coded.sizes(), picture.sizes());
  const at::Tensor square = objective->restored(picture.slice(2, 16, 32).slice(3, 0, 16));
  EXPECT_TRUE(at::allclose(coded.slice(2, 16, 32).slice(3, 0, 16), square, 1e-4, 1e-5));
}

/// The part of each scale's codes of `clean` that `network` says when it is told the ones before.
std::vector<double> accuracies(models::RestoreVarNetwork& network, const models::RestoreVarConfig& config,
                               const at::Tensor& clean, const at::Tensor& degraded) {
  const torch::NoGradGuard noGrad;
  models::VqVae& vae = network->vae;
  const auto truth =
      vae->quantize->encode(vae->quant_conv->forward(vae->encode(clean * 2 - 1)).to(at::kFloat), config.var.sides);
  const models::VarCondition condition = network->var->condition(vae->encode(degraded * 2 - 1));
  models::VarCaches caches = network->var->caches(clean.size(0));
  std::vector<double> parts;
  at::Tensor x = network->var->firstInput(condition);
  for (int scale = 0; scale < config.var.scales(); ++scale) {
    const auto at = static_cast<std::size_t>(scale);
    if (scale > 0) {
      x = network->var->input(models::QuantiserImpl::pooled(truth.partial[at - 1], config.var.sides[at]), scale);
    }
    for (int block = 0; block < config.var.depth; ++block)
      x = network->var->throughBlock(block, x, scale, condition, caches);
    const at::Tensor said = network->var->logits(x).argmax(-1);
    parts.push_back((said == truth.tokens[at].flatten(1)).to(at::kDouble).mean().item<double>());
  }
  return parts;
}

TEST_F(RestoreVarTraining, aValidationSaysHowManyCodesOfEachScaleAreRight) {
  losses("vqvae", 30);
  configure("var", 90);
  config_.dropPath = 0.5;  // in training alone
  config_.validation.folder = folder_ / "photos";
  config_.validation.crop = 32;
  config_.dataset.batch = 3;  // a picture's four squares are more
  TrainRecorder recorder;
  config_.network.weights = train(config_, recorder, {});
  std::ifstream log(config_.output / "log.csv");
  std::string header;
  std::getline(log, header);
  EXPECT_EQ(header, "iteration,seconds,loss,learning_rate,psnr,ssim,cross_entropy,accuracy_1,accuracy_2,accuracy_3");
  EXPECT_EQ(recorder.reports.back().figures.size(), 5U);

  const auto objective = makeObjective(config_);
  const at::Tensor clean = readPicture(folder_ / "photos" / "stripes1.png", 3).narrow(1, 0, 32).narrow(2, 0, 32);
  Random random(1);
  const at::Tensor degraded = objective->degraded(clean, random);
  const auto squares = [](const at::Tensor& picture) {
    std::vector<at::Tensor> parts;
    for (const at::Tensor& row : picture.split(16, 1)) {
      for (const at::Tensor& square : row.split(16, 2)) parts.push_back(square);
    }
    return at::stack(parts);
  };
  const torch::NoGradGuard noGrad;
  const std::vector<double> figures = objective->figures(clean.unsqueeze(0), degraded.unsqueeze(0));
  ASSERT_EQ(figures.size(), 4U);
  config_.dropPath = 0;
  const double loss = makeObjective(config_)->loss({squares(clean), squares(degraded), {}}, random).item<double>();
  EXPECT_NEAR(figures[0], loss, 1e-4 * loss);

  models::RestoreVarNetwork network(config_.network.restorevar);
  const auto parameters = network->named_parameters();
  for (const auto& [name, tensor] : weights()) {
    if (name != "var.lvl_1L") parameters[name].copy_(tensor);
  }
  const std::vector<double> expected =
      accuracies(network, config_.network.restorevar, squares(clean), squares(degraded));
  double sum = 0;
  for (std::size_t scale = 0; scale < expected.size(); ++scale) {
    EXPECT_NEAR(figures[1 + scale], expected[scale], 1e-6) << scale;
    sum += expected[scale];
  }
  EXPECT_GT(sum, 0) << "nothing was learned";
}

}  // namespace
}  // namespace heirloom::tests
