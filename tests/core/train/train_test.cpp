#include "core/train/train.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <map>

#include "core/train/objective.h"
#include "core/train/patches.h"
#include "core/train/schedule.h"
#include "models/checkpoint/tensors.h"
#include "models/common/error.h"
#include "models/registry.h"
#include "tests/core/train/training_run.h"
#include "tests/support/shared.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::core;
using testing::AllOf;
using testing::HasSubstr;

using Recorder = TrainRecorder;

class Training : public TrainingRun {
 protected:
  Training() {
    config_.network = {"FFDNet", 3, 8, 4, {}};
    config_.schedule.iterations = 40;
    config_.schedule.warmUp = 5;
    config_.validation = {folder_ / "photos", 25, 48, 20};
  }
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
  for (const int accumulate : {1, 2}) {
    config_.optimizer.accumulate = accumulate;
    Recorder recorder;
    config_.output = folder_ / ("unbroken" + std::to_string(accumulate));
    const auto unbroken = models::readSafetensors(train(config_, recorder, {}));

    config_.output = folder_ / ("broken" + std::to_string(accumulate));
    std::stop_source source;
    recorder.then = [&](const TrainProgress& progress) {
      if (progress.iteration == 20) source.request_stop();
    };
    EXPECT_THROW(train(config_, recorder, source.get_token()), Stopped);
    recorder.then = {};
    const auto resumed = models::readSafetensors(train(config_, recorder, {}));
    for (const auto& [name, tensor] : unbroken) EXPECT_TRUE(at::equal(tensor, resumed.at(name))) << name;
  }
}

/// The rows of a log without their seconds.
std::vector<std::string> rowsOf(const std::filesystem::path& log) {
  std::vector<std::string> rows;
  std::ifstream in(log);
  for (std::string row; std::getline(in, row);) {
    const std::size_t seconds = row.find(',');
    rows.push_back(row.erase(seconds, row.find(',', seconds + 1) - seconds));
  }
  return rows;
}

TEST_F(Training, aKilledRunGoesOnFromItsLastStateWithNothingTwiceInTheLog) {
  config_.dataset.patch = 8;
  config_.dataset.batch = 1;
  config_.schedule.iterations = 240;
  config_.validation.every = 120;  // reports come every 100, too
  config_.output = folder_ / "unbroken";
  Recorder recorder;
  const auto unbroken = models::readSafetensors(train(config_, recorder, {}));
  const auto rows = rowsOf(config_.output / "log.csv");
  ASSERT_THAT(rows, testing::ElementsAre(testing::_, testing::StartsWith("100,"), testing::StartsWith("120,"),
                                         testing::StartsWith("200,"), testing::StartsWith("240,")));

  struct Killed {};
  for (const std::int64_t last : {100, 200}) {  // before there is any state, and between two
    config_.output = folder_ / ("killed" + std::to_string(last));
    recorder.then = [&](const TrainProgress& progress) {
      if (progress.iteration == last) throw Killed{};
    };
    EXPECT_THROW(train(config_, recorder, {}), Killed);
    std::ofstream(config_.output / "log.csv", std::ios::app) << "2";  // of a row of which no more was written
    recorder.then = {};
    const auto resumed = models::readSafetensors(train(config_, recorder, {}));
    for (const auto& [name, tensor] : unbroken) EXPECT_TRUE(at::equal(tensor, resumed.at(name))) << name;
    EXPECT_EQ(rowsOf(config_.output / "log.csv"), rows);
  }
}

TEST_F(Training, aStepMayTakeItsPicturesInSeveralBatches) {
  config_.optimizer.clipGradient = 0.1;
  config_.emaDecay = 0;
  const auto weights = [&](int batch, int accumulate) {
    config_.dataset.batch = batch;
    config_.optimizer.accumulate = accumulate;
    config_.output = folder_ / (std::to_string(batch) + "x" + std::to_string(accumulate));
    Recorder recorder;
    const auto state = models::readSafetensors(train(config_, recorder, {}));
    std::vector<at::Tensor> values;
    for (const auto& [name, tensor] : state) values.push_back(tensor.flatten());
    return std::pair(at::cat(values), recorder.reports.back().loss);
  };
  const auto whole = weights(4, 1), parts = weights(2, 2), fewer = weights(2, 1);
  EXPECT_NEAR(parts.second, whole.second, 1e-4 * whole.second);
  const double apart = (parts.first - whole.first).norm().item<double>();
  EXPECT_LT(apart, 1e-2 * (fewer.first - whole.first).norm().item<double>());
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

TEST_F(Training, learnsToUndoANamedDegradation) {
  config_.degradation.kinds["motion_blur"] = {{"length", {5, 5}}, {"angle", {0, 0}}};
  config_.schedule.iterations = 200;
  config_.validation.every = 100;
  config_.optimizer.learningRate = 5e-3;
  Recorder recorder;
  train(config_, recorder, {});
  EXPECT_GT(recorder.reports.back().psnr, recorder.reports.front().psnr);
  EXPECT_LT(recorder.reports.back().loss, 0.8 * recorder.reports.front().loss);
}

// AdamW: a weight without a gradient shrinks by the rate times the decay, whatever the moments are.
TEST_F(Training, decoupledDecayShrinksWeights) {
  config_.schedule.iterations = 1;
  config_.schedule.warmUp = 0;
  config_.optimizer.learningRate = 1e-3;
  config_.emaDecay = 0;
  Recorder recorder;
  const auto plain = models::readSafetensors(train(config_, recorder, {}));
  config_.optimizer.decoupled = true;
  config_.optimizer.weightDecay = 100;
  config_.output = folder_ / "decayed";
  const auto decayed = models::readSafetensors(train(config_, recorder, {}));
  config_.optimizer.learningRate = 0;
  config_.output = folder_ / "start";
  const auto start = models::readSafetensors(train(config_, recorder, {}));
  for (const auto& [name, tensor] : plain)
    EXPECT_TRUE(at::allclose(decayed.at(name), tensor - 0.1 * start.at(name), 1e-4, 1e-6)) << name;
}

TEST_F(Training, writesItsLogAsCsv) {
  Recorder recorder;
  train(config_, recorder, {});
  std::ifstream log(config_.output / "log.csv");
  std::string line;
  std::getline(log, line);
  EXPECT_EQ(line, "iteration,seconds,loss,learning_rate,psnr,ssim");
  std::getline(log, line);
  EXPECT_TRUE(line.starts_with("20,")) << line;
  const TrainProgress& report = recorder.reports.front();
  ASSERT_EQ(report.figures.size(), 1U);
  EXPECT_EQ(report.figures.front().first, "ssim");
  EXPECT_NEAR(std::stod(line.substr(line.rfind(',') + 1)), report.figures.front().second, 1e-4);
}

TEST_F(Training, aRunThatIsNotValidatedLogsNoFiguresOfIt) {
  config_.validation.folder.clear();
  Recorder recorder;
  train(config_, recorder, {});
  std::ifstream log(config_.output / "log.csv");
  std::string line;
  std::getline(log, line);
  EXPECT_EQ(line, "iteration,seconds,loss,learning_rate,psnr");
  std::getline(log, line);
  EXPECT_EQ(line.back(), ',') << line;
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
  config_.optimizer.accumulate = 3;
  config_.dataset.sharpen = true;
  const TrainConfig read =
      readTrainConfig(yaml("dataset: {folder: photos, scales: [1, 0.5], patch: 24, batch: 4, sharpen: true}\n"
                           "network: {features: 8, layers: 4}\n"
                           "optimizer: {accumulate: 3}\n"
                           "schedule: {iterations: 40, warm_up: 5}\n"
                           "validation: {folder: photos, crop: 48, every: 20}\n"
                           "output: run\n"));
  EXPECT_EQ(read, config_);
  const std::map<std::filesystem::path, double> folders = {{folder_ / "photos", 1}, {folder_ / "more/of them", 0.5}};
  EXPECT_EQ(readTrainConfig(yaml("dataset: {folders: {photos: 1, more/of them: 0.5}}\noutput: run\n")).dataset.folders,
            folders);
}

TEST_F(Training, aWrongKeyOrValueIsNamed) {
  EXPECT_THAT(refusal("dataset: {folder: photos, folders: {more: 1}}\noutput: run\n"),
              HasSubstr("beside dataset.folder"));
  EXPECT_THAT(refusal("dataset: {folders: {photos: 1, more: 0}}\noutput: run\n"),
              AllOf(HasSubstr("dataset.folders"), HasSubstr("weight above 0")));
  EXPECT_THAT(refusal("dataset: {folders: [photos, more]}\noutput: run\n"), HasSubstr("dataset.folders"));
  EXPECT_THAT(refusal("dataset: {folder: photos, pach: 3}\noutput: run\n"),
              AllOf(HasSubstr("train.yaml"), HasSubstr("dataset.pach"), HasSubstr("patch")));
  EXPECT_THAT(refusal("dataset: {folder: photos, patch: wide}\noutput: run\n"),
              AllOf(HasSubstr("dataset.patch"), HasSubstr("line 1")));
  EXPECT_EQ(readTrainConfig(yaml("dataset: {folder: photos, short_side: 72}\noutput: run\n")).dataset.shortSide, 72);
  EXPECT_THAT(refusal("dataset: {folder: photos, short_side: 32}\noutput: run\n"),
              AllOf(HasSubstr("dataset.short_side"), HasSubstr("dataset.patch")));
  EXPECT_THAT(refusal("dataset: {folder: photos, scales: [0.5], short_side: 72}\noutput: run\n"),
              AllOf(HasSubstr("dataset.scales"), HasSubstr("beside dataset.short_side")));
  EXPECT_THAT(refusal("dataset: {folder: photos}\n"), HasSubstr("output"));
  EXPECT_THAT(refusal("dataset: {folder: photos}\noutput: run\nstage: var\n"),
              AllOf(HasSubstr("stage"), HasSubstr("denoise")));
  EXPECT_THAT(refusal("dataset: {folder: photos}\noutput: run\ndegradation: {fog: {}}\n"),
              AllOf(HasSubstr("degradation.fog"), HasSubstr("haze")));
  EXPECT_THAT(refusal("dataset: {folder: photos}\noutput: run\ndegradation: {snow: {depth: [1, 2]}}\n"),
              AllOf(HasSubstr("degradation.snow.depth"), HasSubstr("coverage")));
  EXPECT_THAT(refusal("dataset: {folder: photos}\noutput: run\ndegradation: {snow: {opacity: [0, 2]}}\n"),
              AllOf(HasSubstr("opacity"), HasSubstr("0 to 1")));
  EXPECT_THAT(refusal("dataset: {folder: photos}\noutput: run\nloss: l3\n"), HasSubstr("l1, l2, charbonnier or ssim"));
  EXPECT_THAT(refusal("dataset: {folder: photos}\noutput: run\noptimizer: {accumulate: 0}\n"),
              AllOf(HasSubstr("optimizer.accumulate"), HasSubstr("1 or more")));
  for (const char* stranger : {"drop_path: 0.1\n", "dropping: {caption: 0.1}\n"}) {
    EXPECT_THAT(refusal(std::string("dataset: {folder: photos}\noutput: run\n") + stranger),
                HasSubstr("nothing but in"))
        << stranger;
  }
  for (const char* device : {"quantum", "cuda:99", "cuda:first"}) {
    EXPECT_THAT(
        refusal(std::string("dataset: {folder: photos}\noutput: run\ndevice: ") + device + "\n"),
        AllOf(HasSubstr("train.yaml"), HasSubstr("device '" + std::string(device) + "'"), HasSubstr("use auto")));
  }
  EXPECT_EQ(refusal("dataset: {folder: photos}\noutput: run\ndevice: auto\n"), "");
  EXPECT_THAT(refusal("dataset: [\n"), HasSubstr("YAML"));
}

TEST(TrainingDocuments, thatComeAlongAreRead) {
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(sourceFolder() / "resources/training")) {
    if (entry.path().extension() != ".yaml") continue;
    ++count;
    EXPECT_NO_THROW(readTrainConfig(entry.path())) << entry.path();
  }
  EXPECT_GE(count, 14);
}

TEST(TrainingDocuments, theAutoencoderThatComesAlongGivesPhotosBack) {
  REQUIRE_SHARED(photos, "photos/eval");
  TrainConfig config = readTrainConfig(sourceFolder() / "resources/training/restorevar-tiny/var.yaml");
  config.stage = "decoder";  // which restores by the autoencoder alone
  const auto objective = makeObjective(config);
  const torch::NoGradGuard noGrad;
  double psnr = 0;
  const std::vector<std::filesystem::path> files = picturesIn(photos);
  for (const std::filesystem::path& file : files) {
    const at::Tensor photo = readPicture(file, 3);
    const at::Tensor middle =
        photo.narrow(1, photo.size(1) / 2 - 48, 96).narrow(2, photo.size(2) / 2 - 48, 96).unsqueeze(0);
    const double error = (objective->restored(middle) - middle).square().mean().item<double>();
    psnr += -10 * std::log10(error) / static_cast<double>(files.size());
  }
  EXPECT_GT(psnr, 27);
}

// restorevar.md 7.7-7.10, 7.12.
TEST(TrainingDocuments, ofRestoreVarInItsPublishedSizesHaveThePublishedFigures) {
  for (const std::string stage : {"vqvae", "decoder", "var", "refiner"}) {
    SCOPED_TRACE(stage);
    const TrainConfig config =
        readTrainConfig(sourceFolder() / "resources/training/restorevar-d16" / (stage + ".yaml"));
    EXPECT_EQ(config.stage, stage);
    EXPECT_EQ(config.network.restorevar, models::RestoreVarConfig{});
    EXPECT_EQ(config.dataset.patch, 512);
    EXPECT_EQ(config.dataset.shortSide, 576);
    EXPECT_FALSE(config.dataset.turns);
    EXPECT_EQ(config.dataset.batch * config.optimizer.accumulate, 48);
    if (stage != "var" && stage != "refiner") continue;  // of the others nothing is published
    EXPECT_TRUE(config.optimizer.decoupled);
    EXPECT_EQ(config.optimizer.betas, (std::array<double, 2>{0.9, 0.95}));
    EXPECT_EQ(config.optimizer.weightDecay, 0.05);
    EXPECT_EQ(config.optimizer.clipGradient, 2);
    EXPECT_EQ(config.dropPath, 0.0667);
    EXPECT_EQ(config.degradation.kinds.size(), 5U);
    const std::int64_t last = config.schedule.iterations;
    const auto rate = [&](std::int64_t iteration) {
      return learningRate(config.schedule, config.optimizer.learningRate, iteration);
    };
    EXPECT_DOUBLE_EQ(rate(0), 1e-4);
    EXPECT_DOUBLE_EQ(rate(last / 20), 1e-4);
    EXPECT_LT(rate(last / 10), 1e-4);
    EXPECT_NEAR(rate(last), 1e-6, 1e-12);
  }
}

// instantir.md 6.2, 6.10-6.16.
TEST(TrainingDocuments, ofInstantIrInItsPublishedSizesHaveThePublishedFigures) {
  struct Row {
    const char* stage;
    int side, pictures;  // of a step
  };
  for (const Row& row : {Row{"perceptor", 512, 96}, Row{"previewer", 1024, 32}, Row{"aggregator", 512, 12}}) {
    SCOPED_TRACE(row.stage);
    const TrainConfig config =
        readTrainConfig(sourceFolder() / "resources/training/instantir" / (row.stage + std::string(".yaml")));
    EXPECT_EQ(config.stage, row.stage);
    EXPECT_EQ(config.dataset.patch, row.side);
    EXPECT_EQ(config.dataset.shortSide, row.side);
    EXPECT_FALSE(config.dataset.turns);
    EXPECT_TRUE(config.dataset.sharpen);
    EXPECT_EQ(config.dataset.batch * config.optimizer.accumulate, row.pictures);
    EXPECT_TRUE(config.degradation.kinds.contains("real_esrgan"));
    EXPECT_EQ(config.network.resampler, models::ResamplerConfig{});
    EXPECT_EQ(config.network.rank, 64);
    EXPECT_TRUE(config.optimizer.decoupled);
    EXPECT_EQ(config.optimizer.betas, (std::array<double, 2>{0.9, 0.999}));
    EXPECT_EQ(config.optimizer.weightDecay, 0.01);
    EXPECT_EQ(config.optimizer.clipGradient, 1);
    EXPECT_EQ(config.schedule.decay, "cosine");
    EXPECT_EQ(config.schedule.warmUp, 1000);
    EXPECT_EQ(config.dropping, TrainConfig::Dropping{});
    EXPECT_DOUBLE_EQ(learningRate(config.schedule, config.optimizer.learningRate, 999), 1e-4);
  }
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

TEST(Schedule, fallsAlongALineBehindItsFlatPart) {
  TrainConfig::Schedule schedule;
  schedule.decay = "linear";
  schedule.iterations = 110;
  schedule.warmUp = 10;
  schedule.flat = 0.2;
  schedule.finalRate = 0.1;
  EXPECT_DOUBLE_EQ(learningRate(schedule, 1, 10), 1);
  EXPECT_DOUBLE_EQ(learningRate(schedule, 1, 30), 1);
  EXPECT_NEAR(learningRate(schedule, 1, 70), 0.55, 1e-12);
  EXPECT_NEAR(learningRate(schedule, 1, 110), 0.1, 1e-12);
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
