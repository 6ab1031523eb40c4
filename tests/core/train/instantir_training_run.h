#pragma once

#include <filesystem>
#include <string>

#include "core/train/objective.h"
#include "models/common/error.h"
#include "tests/core/train/training_run.h"
#include "tests/models/instantir/tiny_folder.h"

namespace heirloom::tests {

/// The tiny networks of the records, on pictures of 64 pixels.
class InstantIrTrainingRun : public TrainingRun {
 protected:
  InstantIrTrainingRun() {
    writeTinyInstantIr(given());
    const FolderNetworks networks = tinyNetworks();
    config_.network.family = "InstantIR";
    config_.network.folder = given();
    config_.network.resampler = networks.restorer.resampler;
    config_.network.resampler.inputs = models::ResamplerConfig().inputs;  // said by the folder
    config_.network.resampler.outputs = models::ResamplerConfig().outputs;
    config_.network.rank = 4;
    config_.dataset = {folder_ / "photos", {1.0}, 64, 2, /*turns=*/false};
    config_.degradation.kinds = {{"real_esrgan", {}}};
    config_.schedule.warmUp = 2;
    config_.optimizer.decoupled = true;
    config_.optimizer.clipGradient = 1;
    config_.emaDecay = 0;
    configure("perceptor", 3);
  }

  std::filesystem::path given() const { return folder_ / "given"; }

  void configure(const std::string& stage, int iterations, double rate = 1e-3) {
    config_.stage = stage;
    config_.schedule.iterations = iterations;
    config_.validation.every = iterations / 3;
    config_.optimizer.learningRate = rate;
    config_.output = folder_ / stage;
  }

  /// What starting the stage says against it; empty: nothing.
  std::string complaint() const {
    try {
      core::makeObjective(config_);
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  }
};

}  // namespace heirloom::tests
