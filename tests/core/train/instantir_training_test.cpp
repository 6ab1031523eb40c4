#include <gmock/gmock.h>
#include <torch/types.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "core/train/objective.h"
#include "models/checkpoint/tensors.h"
#include "models/instantir/initial_weights.h"
#include "models/registry.h"
#include "tests/core/train/instantir_training_run.h"
#include "tests/models/instantir/golden.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::core;
using testing::AllOf;
using testing::HasSubstr;
namespace fs = std::filesystem;

constexpr const char* kAdapter = "models/adapter.safetensors";
constexpr const char* kPreviewer = "models/previewer_lora_weights.safetensors";
constexpr const char* kAggregator = "models/aggregator.safetensors";

class InstantIrTraining : public InstantIrTrainingRun {
 protected:
  /// The mean loss of the stage as it begins in the folder that is configured, always over the same patches and draws.
  double judged() {
    TrainConfig config = config_;
    config.output = folder_ / "judged";
    torch::manual_seed(0);
    const auto objective = makeObjective(config);
    const Patches patches(config.dataset, config.degradation, 3);
    const torch::NoGradGuard noGrad;
    constexpr int kBatches = 6;
    double sum = 0;
    for (std::uint64_t seed = 0; seed < kBatches; ++seed) {
      Random random(seed);
      sum += objective->loss(patches.draw(2, random), random).item<double>();
    }
    return sum / kBatches;
  }

  /// Runs the stage; its losses in three parts. The next one starts from what it wrote.
  std::vector<double> losses() {
    TrainRecorder recorder;
    config_.network.folder = train(config_, recorder, {});
    std::vector<double> losses;
    for (const TrainProgress& report : recorder.reports) losses.push_back(report.loss);
    return losses;
  }

  std::map<std::string, at::Tensor> written(const char* file) const {
    return models::readSafetensors(config_.network.folder / file);
  }
};

bool sameTensors(const std::map<std::string, at::Tensor>& a, const std::map<std::string, at::Tensor>& b) {
  return std::ranges::equal(
      a, b, [](const auto& x, const auto& y) { return x.first == y.first && at::equal(x.second, y.second); });
}

TEST_F(InstantIrTraining, everyStageLearnsItsPartAndLoadsAsTheNetwork) {
  const auto expectFall = [this](const std::string& stage) {
    configure(stage, 60, 3e-3);
    const double before = judged();
    losses();
    const double after = judged();
    EXPECT_LT(after, 0.99 * before) << stage;
    RecordProperty(stage, std::to_string(before) + " to " + std::to_string(after));
  };
  // Nothing of InstantIR is there yet.
  fs::remove_all(given() / "models");
  expectFall("perceptor");
  const auto adapter = written(kAdapter), previewer = written(kPreviewer), aggregator = written(kAggregator);

  expectFall("previewer");
  EXPECT_TRUE(sameTensors(written(kAdapter), adapter));
  EXPECT_TRUE(sameTensors(written(kAggregator), aggregator));
  const auto distilled = written(kPreviewer);
  for (const auto& [name, tensor] : previewer) EXPECT_FALSE(at::equal(distilled.at(name), tensor)) << name;

  expectFall("aggregator");
  EXPECT_TRUE(sameTensors(written(kAdapter), adapter));
  EXPECT_TRUE(sameTensors(written(kPreviewer), distilled));
  const auto comparing = written(kAggregator);
  for (const auto& [name, tensor] : aggregator) EXPECT_FALSE(at::equal(comparing.at(name), tensor)) << name;

  const auto network = models::open(config_.network.folder);
  EXPECT_EQ(network->descriptor().family, "InstantIR");
  models::Settings settings(network->descriptor().parameters);
  settings.set("min_side", "64");
  settings.set("max_side", "64");
  settings.set("steps", "2");
  models::Observer observer;
  const at::Tensor restored = network->start(settings, {}, observer)->restore(at::rand({1, 3, 64, 64}));
  EXPECT_EQ(restored.sizes(), at::IntArrayRef({1, 3, 64, 64}));
  EXPECT_TRUE(restored.isfinite().all().item<bool>());
}

TEST_F(InstantIrTraining, aStoppedStageGoesOnAsIfItHadNeverStopped) {
  fs::remove_all(given() / "models");
  const auto files = std::map<std::string, const char*>{
      {"perceptor", kAdapter}, {"previewer", kPreviewer}, {"aggregator", kAggregator}};
  for (const std::string stage : {"perceptor", "previewer", "aggregator"}) {
    configure(stage, 6);
    const fs::path from = config_.network.folder;
    losses();
    const fs::path result = config_.network.folder;
    const auto unbroken = written(files.at(stage));
    config_.network.folder = from;
    config_.output = folder_ / (stage + "-broken");
    std::stop_source source;
    TrainRecorder recorder;
    recorder.then = [&](const TrainProgress& progress) {
      if (progress.iteration == 2) source.request_stop();
    };
    EXPECT_THROW(train(config_, recorder, source.get_token()), Stopped);
    recorder.then = {};
    EXPECT_TRUE(sameTensors(models::readSafetensors(train(config_, recorder, {}) / files.at(stage)), unbroken))
        << stage;
    config_.network.folder = result;
  }
}

TEST_F(InstantIrTraining, aPhotosTextIsHeardInARun) {
  const auto first = [&](const char* name) {
    configure("perceptor", 3);
    config_.network.folder = given();
    config_.dropping = {0, 0, 0};
    config_.output = folder_ / name;
    return losses().front();
  };
  const double silent = first("silent");
  for (int i = 0; i < 3; ++i)
    std::ofstream(folder_ / "photos" / ("stripes" + std::to_string(i) + ".txt")) << "stripes, number " << i;
  EXPECT_NE(first("captioned"), silent);
}

TEST_F(InstantIrTraining, goesOnFromTheFoldersPartsAndNeverWritesOverThem) {
  const auto before = models::readSafetensors(given() / "models/adapter.pt");
  config_.optimizer.learningRate = 0;
  losses();
  EXPECT_FALSE(fs::exists(config_.network.folder / "models/adapter.pt"));
  EXPECT_TRUE(sameTensors(written(kAdapter), before));
  config_.network.folder = given();
  configure("perceptor", 3);
  config_.output = folder_ / "learned";
  losses();
  EXPECT_FALSE(sameTensors(written(kAdapter), before));
  EXPECT_TRUE(sameTensors(models::readSafetensors(given() / "models/adapter.pt"), before));
}

TEST_F(InstantIrTraining, aPartThatNoStageHasTrainedIsMissingToTheNextOne) {
  const auto expectRank = [&](std::int64_t rank) {
    for (const auto& [name, tensor] : written(kPreviewer))
      EXPECT_EQ(tensor.size(name.ends_with("lora_A.weight") ? 0 : 1), rank) << name;
  };
  fs::remove_all(given() / "models");
  losses();
  expectRank(4);
  configure("aggregator", 3);
  EXPECT_THAT(complaint(),
              AllOf(HasSubstr(std::string(kPreviewer) + " was not trained"), HasSubstr("stage previewer")));

  configure("previewer", 3);
  config_.network.rank = 6;
  losses();
  expectRank(6);
  configure("aggregator", 3);
  EXPECT_EQ(complaint(), "");
}

TEST_F(InstantIrTraining, aRerunThatIsRefusedLeavesTheFinishedModel) {
  fs::remove_all(given() / "models");
  losses();
  const fs::path adapted = config_.network.folder;
  configure("previewer", 3);
  losses();
  const auto distilled = written(kPreviewer);
  const fs::path finished = config_.network.folder;
  const auto refusalOfRerun = [&] {
    TrainRecorder recorder;
    try {
      train(config_, recorder, {});
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const auto expectFinished = [&] {
    EXPECT_TRUE(sameTensors(models::readSafetensors(finished / kPreviewer), distilled));
    EXPECT_FALSE(fs::exists(folder_ / "previewer/model.unfinished"));
  };

  config_.network.folder = adapted;
  config_.dataset.patch = 48;
  EXPECT_THAT(refusalOfRerun(), HasSubstr("dataset.patch"));
  expectFinished();
  config_.dataset.patch = 64;
  config_.network.rank = 6;
  EXPECT_THAT(refusalOfRerun(), HasSubstr("belongs to another network"));
  expectFinished();
  // The previewer's model links to the adapter in the perceptor's.
  config_.network.folder = finished;
  configure("aggregator", 3);
  config_.output = folder_ / "perceptor";
  EXPECT_THAT(refusalOfRerun(), HasSubstr("over itself"));
  EXPECT_TRUE(fs::exists(adapted / kAdapter));
}

TEST_F(InstantIrTraining, everyStageRunsInBfloat16AndValidatesPicturesOfAnySize) {
  config_.precision = "bfloat16";
  config_.gradientCheckpointing = true;
  config_.validation.folder = folder_ / "photos";
  config_.validation.crop = 50;
  for (const char* stage : {"perceptor", "previewer", "aggregator"}) {
    configure(stage, 3);
    config_.validation.every = 3;
    TrainRecorder recorder;
    train(config_, recorder, {});
    EXPECT_GT(recorder.reports.back().psnr, 3) << stage;
  }
  const auto objective = makeObjective(config_);
  const c10::InferenceMode inference;
  EXPECT_EQ(objective->restored(at::rand({1, 3, 40, 75})).sizes(), at::IntArrayRef({1, 3, 40, 75}));
}

TEST(InstantIrBeginnings, changeNothingYet) {
  const models::InstantIrConfig config = tinyInstantIr();
  models::UNet unet(config.unet);
  const auto weights = models::stateOf(*unet);
  const models::WeightSource source = [&](const std::string& name) {
    return at::full_like(std::ranges::find(weights, name, &models::NamedTensors::value_type::first)->second, 0.01);
  };
  const models::NamedTensors aggregator = models::initialAggregator(config.unet, source);
  models::Aggregator network(config.unet);
  models::loadPlaced(*network,
                     [&](const std::string& name) {
                       return std::ranges::find(aggregator, name, &models::NamedTensors::value_type::first)->second;
                     },
                     {});
  const torch::NoGradGuard noGrad;
  models::Pass pass;
  pass.embeddings = network->embeddings(at::tensor({5.F}), at::rand({1, config.unet.pooledWidth()}), at::ones({1, 6}));
  const models::Residuals residuals = network->forward(at::rand({1, 4, 8, 8}), at::rand({1, 4, 8, 8}), pass);
  EXPECT_EQ(residuals.middle.abs().max().item<double>(), 0);
  for (const at::Tensor& skip : residuals.skips) EXPECT_EQ(skip.abs().max().item<double>(), 0);

  for (const auto& [name, tensor] : models::initialPreviewer(models::PictureUNet(config), 4)) {
    EXPECT_EQ(tensor.size(name.ends_with("lora_A.weight") ? 0 : 1), 4) << name;
    EXPECT_EQ(tensor.abs().max().item<double>() == 0, name.ends_with("lora_B.weight")) << name;
  }
  for (const auto& [name, tensor] : models::initialAdapter(config, source)) {
    if (name.find(".ln_") != std::string::npos) {
      EXPECT_EQ(tensor.abs().max().item<double>(), 0) << name;
    }
    if (name.find("_ip.weight") != std::string::npos) {
      EXPECT_TRUE((tensor == 0.01).all().item<bool>()) << name;
    }
  }
}

}  // namespace
}  // namespace heirloom::tests
