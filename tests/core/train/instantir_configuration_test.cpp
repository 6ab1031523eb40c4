// What is said against a folder or a configuration before InstantIR is trained.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/train/config.h"
#include "tests/core/train/instantir_training_run.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::core;
using testing::AllOf;
using testing::HasSubstr;
namespace fs = std::filesystem;

class InstantIrConfiguration : public InstantIrTrainingRun {};

TEST_F(InstantIrConfiguration, whatAFolderLacksIsNamed) {
  EXPECT_EQ(complaint(), "");
  config_.dataset.patch = 48;
  EXPECT_THAT(complaint(), AllOf(HasSubstr("dataset.patch"), HasSubstr("multiples of 32")));
  config_.dataset.patch = 64;

  fs::remove_all(given() / "models");
  config_.stage = "previewer";
  EXPECT_THAT(complaint(), AllOf(HasSubstr("models/adapter.pt"), HasSubstr("perceptor")));
  config_.stage = "aggregator";
  EXPECT_THAT(complaint(), AllOf(HasSubstr("models/adapter.pt"), HasSubstr("perceptor")));
  fs::create_directory(given() / "models");
  fs::copy(given() / "dinov2/model.safetensors", given() / "models/adapter.pt");
  EXPECT_THAT(complaint(), AllOf(HasSubstr("previewer_lora_weights.bin"), HasSubstr("stage previewer")));
  config_.stage = "perceptor";
  EXPECT_THAT(complaint(), HasSubstr("do not make one InstantIR"));
  fs::remove_all(given() / "models");

  fs::rename(given() / "dinov2/model.safetensors", given() / "away");
  EXPECT_THAT(complaint(), AllOf(HasSubstr("given"), HasSubstr("dinov2/model.safetensors is missing")));
  config_.network.folder = folder_ / "photos";
  EXPECT_THAT(complaint(), HasSubstr("no part of InstantIR"));
  config_.network.folder = folder_ / "nowhere";
  EXPECT_THAT(complaint(), AllOf(HasSubstr("nowhere"), HasSubstr("no such folder")));
  config_.network.folder = folder_ / "perceptor/model";
  fs::create_directories(config_.network.folder);
  EXPECT_THAT(complaint(), HasSubstr("over itself"));
}

TEST_F(InstantIrConfiguration, aConfigurationReadsBack) {
  configure("perceptor", 30);
  config_.gradientCheckpointing = true;
  config_.dropping = {0.1, 0.2, 0.3};
  config_.optimizer.accumulate = 2;
  const TrainConfig read =
      readTrainConfig(yaml("stage: perceptor\n"
                           "dataset: {folder: photos, patch: 64, batch: 2, turns: false}\n"
                           "degradation: {real_esrgan: {}}\n"
                           "network:\n"
                           "  family: InstantIR\n"
                           "  folder: given\n"
                           "  resampler: {width: 64, depth: 2, heads: 4, head_width: 16, queries: 8}\n"
                           "  rank: 4\n"
                           "optimizer: {learning_rate: 1.0e-3, decoupled: true, clip_gradient: 1, accumulate: 2}\n"
                           "dropping: {picture: 0.1, caption: 0.2, both: 0.3}\n"
                           "schedule: {iterations: 30, warm_up: 2}\n"
                           "ema_decay: 0\n"
                           "gradient_checkpointing: true\n"
                           "validation: {every: 10}\n"
                           "output: perceptor\n"));
  EXPECT_EQ(read, config_);
}

TEST_F(InstantIrConfiguration, aWrongKeyOrValueIsNamed) {
  const std::string begin = "dataset: {folder: photos, patch: 64}\noutput: run\n";
  const std::string network = "network: {family: InstantIR, folder: given}\n";
  const std::string real = "degradation: {real_esrgan: {}}\n";
  EXPECT_EQ(refusal(begin + network + real + "stage: perceptor\n"), "");
  EXPECT_THAT(refusal(begin + network + real + "stage: var\n"),
              AllOf(HasSubstr("stage"), HasSubstr("perceptor, previewer, aggregator (InstantIR)")));
  EXPECT_THAT(refusal(begin + network + "stage: perceptor\n"),
              AllOf(HasSubstr("degradation"), HasSubstr("real_esrgan")));
  EXPECT_THAT(refusal(begin + "network: {family: InstantIR}\n" + real + "stage: perceptor\n"),
              HasSubstr("network.folder"));
  EXPECT_THAT(refusal(begin + "network: {family: InstantIR, folder: given, rank: 0}\n" + real + "stage: perceptor\n"),
              HasSubstr("network.rank"));
  EXPECT_THAT(refusal(begin + network + real + "stage: perceptor\ndropping: {caption: 0.9, both: 0.2}\n"),
              AllOf(HasSubstr("dropping"), HasSubstr("together up to 1")));
  EXPECT_THAT(refusal(begin + network + real + "stage: previewer\ndropping: {}\n"), HasSubstr("stage perceptor"));
  EXPECT_THAT(refusal(begin + network + real + "stage: perceptor\nloss: l1\n"),
              AllOf(HasSubstr("loss is out of range"), HasSubstr("each stage has its own")));
  EXPECT_THAT(refusal(begin + "gradient_checkpointing: true\n"), HasSubstr("gradient_checkpointing"));
  EXPECT_THAT(refusal(begin + "network: {folder: given}\n"), HasSubstr("network.folder"));
}

}  // namespace
}  // namespace heirloom::tests
