#pragma once

#include <torch/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/train/train.h"
#include "models/checkpoint/tensors.h"
#include "models/restorevar/config.h"
#include "tests/core/train/training_run.h"

namespace heirloom::tests {

/// Squares of 16 pixels, three scales.
class RestoreVarTraining : public TrainingRun {
 protected:
  RestoreVarTraining() {
    models::RestoreVarConfig& network = config_.network.restorevar;
    network.vae = {.channels = 32, .multipliers = {1, 1, 2}, .blocks = 1, .latent = 8, .vocabulary = 32};
    network.var = {.depth = 2, .width = 32, .heads = 2, .hidden = 64, .classes = 0, .sides = {1, 2, 4}};
    network.var.refiner = {.width = 32, .heads = 2, .depth = 1, .hidden = 32};
    config_.network.family = "RestoreVAR";
    config_.dataset.patch = network.side();
    config_.schedule.warmUp = 2;
    config_.optimizer.learningRate = 3e-3;
    config_.optimizer.clipGradient = 2;
    config_.emaDecay = 0.9;
  }

  /// Runs a stage from the weights that are there; its losses in three parts.
  std::vector<double> losses(const std::string& stage, int iterations) {
    configure(stage, iterations);
    TrainRecorder recorder;
    config_.network.weights = core::train(config_, recorder, {});
    std::vector<double> losses;
    for (const core::TrainProgress& report : recorder.reports) losses.push_back(report.loss);
    return losses;
  }

  void configure(const std::string& stage, int iterations) {
    config_.stage = stage;
    config_.schedule.iterations = iterations;
    config_.validation.every = iterations / 3;
    config_.output = folder_ / stage;
    if (stage == "var" || stage == "refiner") config_.degradation.kinds = {{"rain", {}}, {"low_light", {}}};
  }

  std::map<std::string, at::Tensor> weights() const { return models::readSafetensors(config_.network.weights); }
};

}  // namespace heirloom::tests
