#include "core/train/train.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <fstream>

#include "core/photo/photo.h"
#include "core/train/schedule.h"
#include "models/checkpoint/tensors.h"
#include "models/common/error.h"
#include "models/registry.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::core;
using testing::AllOf;
using testing::HasSubstr;

struct Recorder : TrainObserver {
  std::vector<TrainProgress> reports;
  std::function<void(const TrainProgress&)> then;
  void progress(const TrainProgress& progress) override {
    reports.push_back(progress);
    if (then) then(progress);
  }
};

class Training : public testing::Test {
 protected:
  Training() {
    std::filesystem::create_directory(folder_ / "photos");
    for (int i = 0; i < 3; ++i) writeStripes(folder_ / "photos" / ("stripes" + std::to_string(i) + ".png"), 8 + 5 * i);
    config_.dataset = {folder_ / "photos", {1.0, 0.5}, 24, 4};
    config_.network = {"FFDNet", 3, 8, 4, {}};
    config_.schedule.iterations = 40;
    config_.schedule.warmUp = 5;
    config_.validation = {folder_ / "photos", 25, 48, 20};
    config_.output = folder_ / "run";
  }

  static void writeStripes(const std::filesystem::path& file, int period) {
    auto raster = std::make_shared<Raster>(Layout{96, 80, ColourModel::Rgb, false, SampleType::UInt8});
    for (std::int64_t y = 0; y < 80; ++y) {
      const auto row = raster->samples<std::uint8_t>(y);
      for (std::size_t i = 0; i < row.size(); ++i) {
        const std::size_t phase = (i / 3 + static_cast<std::size_t>(y)) % static_cast<std::size_t>(period);
        row[i] = phase < static_cast<std::size_t>(period) / 2 ? 60 : 190;
      }
    }
    Photo photo;
    photo.raster = raster;
    writePhoto(photo, file, {.format = FileFormat::Png});
  }

  std::filesystem::path yaml(const std::string& text) {
    std::ofstream(folder_ / "train.yaml") << text;
    return folder_ / "train.yaml";
  }

  TemporaryFolder folder_;
  TrainConfig config_;
};

TEST_F(Training, learnsToDenoise) {
  config_.schedule.iterations = 300;
  config_.validation.every = 100;
  config_.optimizer.learningRate = 5e-3;
  config_.emaDecay = 0.9;
  Recorder recorder;
  const std::filesystem::path weights = train(config_, recorder, {});
  EXPECT_EQ(models::open(weights)->descriptor().family, "FFDNet");
  ASSERT_EQ(recorder.reports.size(), 3U);
  // The noisy pictures themselves score about 20.3 dB at sigma 25.
  EXPECT_GT(recorder.reports.back().psnr, 22.5);
  EXPECT_LT(recorder.reports.back().loss, recorder.reports.front().loss);
}

TEST_F(Training, aStoppedRunGoesOnAsIfItHadNeverStopped) {
  Recorder recorder;
  const auto unbroken = models::readSafetensors(train(config_, recorder, {}));

  config_.output = folder_ / "broken";
  std::stop_source source;
  recorder.then = [&](const TrainProgress& progress) {
    if (progress.iteration == 20) source.request_stop();
  };
  EXPECT_THROW(train(config_, recorder, source.get_token()), Stopped);
  recorder.then = {};
  const auto resumed = models::readSafetensors(train(config_, recorder, {}));
  for (const auto& [name, tensor] : unbroken) EXPECT_TRUE(at::equal(tensor, resumed.at(name))) << name;
}

TEST_F(Training, goesOnFromWeightsThatAreThere) {
  Recorder recorder;
  const std::filesystem::path weights = train(config_, recorder, {});
  config_.network.weights = weights;
  config_.output = folder_ / "finer";
  config_.schedule.iterations = 1;
  config_.schedule.warmUp = 0;
  config_.optimizer.learningRate = 0;
  const auto before = models::readSafetensors(weights), after = models::readSafetensors(train(config_, recorder, {}));
  for (const auto& [name, tensor] : before) EXPECT_TRUE(at::allclose(tensor, after.at(name), 1e-6, 1e-8)) << name;

  config_.network.features = 16;
  config_.output = folder_ / "wider";
  try {
    train(config_, recorder, {});
    ADD_FAILURE() << "weights of another width were taken";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("weights.safetensors"), HasSubstr("network")));
  }
}

TEST_F(Training, writesItsLogAsCsv) {
  Recorder recorder;
  train(config_, recorder, {});
  std::ifstream log(config_.output / "log.csv");
  std::string line;
  std::getline(log, line);
  EXPECT_EQ(line, "iteration,seconds,loss,learning_rate,psnr");
  std::getline(log, line);
  EXPECT_TRUE(line.starts_with("20,")) << line;
}

TEST_F(Training, everyFamilyAndPrecisionRuns) {
  config_.schedule.iterations = 3;
  for (const char* family : {"FFDNet", "DnCNN", "FDnCNN"}) {
    for (const char* precision : {"float32", "bfloat16"}) {
      config_.network.family = family;
      config_.precision = precision;
      config_.output = folder_ / (std::string(family) + precision);
      Recorder recorder;
      EXPECT_EQ(models::open(train(config_, recorder, {}))->descriptor().family, family);
    }
  }
}

TEST_F(Training, aConfigurationReadsBack) {
  const TrainConfig read =
      readTrainConfig(yaml("dataset: {folder: photos, scales: [1, 0.5], patch: 24, batch: 4}\n"
                           "network: {features: 8, layers: 4}\n"
                           "schedule: {iterations: 40, warm_up: 5}\n"
                           "validation: {folder: photos, crop: 48, every: 20}\n"
                           "output: run\n"));
  EXPECT_EQ(read, config_);
}

TEST_F(Training, aWrongKeyOrValueIsNamed) {
  const auto refusal = [&](const std::string& text) {
    try {
      readTrainConfig(yaml(text));
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string{};
  };
  EXPECT_THAT(refusal("dataset: {folder: photos, pach: 3}\noutput: run\n"),
              AllOf(HasSubstr("train.yaml"), HasSubstr("dataset.pach"), HasSubstr("patch")));
  EXPECT_THAT(refusal("dataset: {folder: photos, patch: wide}\noutput: run\n"),
              AllOf(HasSubstr("dataset.patch"), HasSubstr("line 1")));
  EXPECT_THAT(refusal("dataset: {folder: photos}\n"), HasSubstr("output"));
  EXPECT_THAT(refusal("dataset: {folder: photos}\noutput: run\nloss: l3\n"), HasSubstr("l1, l2, charbonnier or ssim"));
  EXPECT_THAT(refusal("dataset: [\n"), HasSubstr("YAML"));
}

TEST(Schedule, warmsUpThenFallsAlongACosine) {
  TrainConfig::Schedule schedule;
  schedule.iterations = 1100;
  schedule.warmUp = 100;
  schedule.finalRate = 0;
  EXPECT_NEAR(learningRate(schedule, 1, 0), 0.01, 1e-12);
  EXPECT_NEAR(learningRate(schedule, 1, 99), 1, 1e-12);
  EXPECT_NEAR(learningRate(schedule, 1, 600), 0.5, 1e-12);
  EXPECT_NEAR(learningRate(schedule, 1, 1100), 0, 1e-12);
}

TEST(Schedule, stepsChangeExactlyAtTheirMilestones) {
  TrainConfig::Schedule schedule;
  schedule.decay = "step";
  schedule.warmUp = 0;
  schedule.milestones = {10, 20};
  schedule.gamma = 0.1;
  EXPECT_DOUBLE_EQ(learningRate(schedule, 1, 9), 1);
  EXPECT_DOUBLE_EQ(learningRate(schedule, 1, 10), 0.1);
  EXPECT_NEAR(learningRate(schedule, 1, 20), 0.01, 1e-15);
}

}  // namespace
}  // namespace heirloom::tests
