// What a document says of RestoreVAR's training, and what is said against it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/train/config.h"
#include "tests/core/train/restorevar_training_run.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::core;
using testing::AllOf;
using testing::HasSubstr;

TEST_F(RestoreVarTraining, aConfigurationReadsBack) {
  configure("refiner", 30);
  config_.network.weights = folder_ / "before.safetensors";
  config_.degradation.kinds["rain"]["angle"] = {-5, 5};
  config_.dropPath = 0.1;
  const TrainConfig read =
      readTrainConfig(yaml("stage: refiner\n"
                           "dataset: {folder: photos, scales: [1, 0.5], patch: 16, batch: 4}\n"
                           "degradation: {rain: {angle: [-5, 5]}, low_light: {}}\n"
                           "network:\n"
                           "  family: RestoreVAR\n"
                           "  weights: before.safetensors\n"
                           "  vqvae: {channels: 32, multipliers: [1, 1, 2], blocks: 1, latent: 8, vocabulary: 32}\n"
                           "  transformer: {depth: 2, width: 32, heads: 2, hidden: 64, classes: 0, sides: [1, 2, 4]}\n"
                           "  refiner: {width: 32, depth: 1, hidden: 32}\n"
                           "optimizer: {learning_rate: 3.0e-3, clip_gradient: 2}\n"
                           "schedule: {iterations: 30, warm_up: 2}\n"
                           "drop_path: 0.1\n"
                           "ema_decay: 0.9\n"
                           "validation: {every: 10}\n"
                           "output: refiner\n"));
  EXPECT_EQ(read, config_);
}

TEST_F(RestoreVarTraining, aWrongKeyOrValueIsNamed) {
  const std::string begin =
      "dataset: {folder: photos, patch: 16}\noutput: run\nstage: vqvae\nnetwork:\n"
      "  family: RestoreVAR\n  transformer: {width: 32, heads: 2, sides: [1, 2, 4]}\n";
  const std::string vqvae = "  vqvae: {channels: 32, multipliers: [1, 1, 2]}\n";
  const std::string refiner = "  refiner: {width: 32}\n";
  EXPECT_EQ(refusal(begin + vqvae + refiner), "");
  EXPECT_THAT(refusal(begin + vqvae + refiner + "  refinery: {}\n"), HasSubstr("network.refinery"));
  EXPECT_THAT(refusal(begin + vqvae + refiner + "drop_path: 0.1\n"), HasSubstr("stages var and refiner"));
  EXPECT_THAT(refusal(begin + vqvae + refiner + "equal_scales: true\n"), HasSubstr("stage var"));
  EXPECT_THAT(refusal(begin + vqvae + refiner + "scheduled_sampling: 0.5\n"), HasSubstr("stage var"));
  const std::string hot = "  transformer: {width: 32, heads: 2, sides: [1, 2, 4], temperature: 101}\n";
  EXPECT_THAT(
      refusal("dataset: {folder: photos, patch: 16}\noutput: run\nstage: vqvae\nnetwork:\n  family: RestoreVAR\n" +
              hot + vqvae + refiner),
      HasSubstr("network.transformer.temperature"));
  EXPECT_EQ(readTrainConfig(yaml(begin + vqvae + refiner + "adversarial: 0.2\n")).adversarial, 0.2);
  EXPECT_THAT(refusal(begin + vqvae + refiner + "adversarial: -1\n"), HasSubstr("adversarial"));
  EXPECT_THAT(refusal(begin + vqvae + "  refiner: {width: 40}\n"), HasSubstr("network.refiner.width"));
  EXPECT_THAT(refusal(begin + "  vqvae: {channels: 40}\n" + refiner), HasSubstr("network.vqvae.channels"));
  EXPECT_THAT(refusal(begin + refiner), AllOf(HasSubstr("dataset.patch"), HasSubstr("squares of 64")));
  const auto swapped = [&](std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
  };
  EXPECT_THAT(refusal(swapped(begin + vqvae + refiner, "[1, 2, 4]", "[1, 4, 4]")),
              HasSubstr("network.transformer.sides"));
  EXPECT_THAT(refusal(swapped(begin + vqvae + refiner, "vqvae\n", "denoise\n")),
              AllOf(HasSubstr("stage"), HasSubstr("decoder")));
  EXPECT_THAT(refusal(swapped(begin + vqvae + refiner, "stage: vqvae", "stage: var")), HasSubstr("network.weights"));
  EXPECT_THAT(refusal(swapped(begin + vqvae + refiner, "stage: vqvae", "stage: var") +
                      "  weights: w.safetensors\ndegradation: {rain: {}}\ndrop_path: 1\n"),
              AllOf(HasSubstr("drop_path"), HasSubstr("0 to below 1")));
  EXPECT_THAT(refusal(swapped(begin + vqvae + refiner, "stage: vqvae", "stage: var") + "  weights: w.safetensors\n"),
              AllOf(HasSubstr("degradation"), HasSubstr("low_light")));
  EXPECT_THAT(refusal(swapped(begin + vqvae + refiner, "stage: vqvae", "stage: var") +
                      "  weights: w.safetensors\ndegradation: {rain: {}}\nadversarial: 0.2\n"),
              AllOf(HasSubstr("adversarial"), HasSubstr("vqvae and decoder")));
}

}  // namespace
}  // namespace heirloom::tests
