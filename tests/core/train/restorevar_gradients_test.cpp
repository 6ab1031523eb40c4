// The gradients of RestoreVAR's stages beside what small steps do to their losses (restorevar.md 8.1, test 15).

#include <gtest/gtest.h>
#include <torch/optim/adam.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/train/objective.h"
#include "models/checkpoint/tensors.h"
#include "tests/core/train/training_run.h"
#include "tests/models/restorevar/golden.h"
#include "tests/models/restorevar/tiny_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::core;
using Parameters = std::vector<Objective::Parameter>;

constexpr double kTolerance = 1e-2;  // the reference page's
// Networks compute in float32: a step has to change the loss by more than rounding does, and by so little that the loss
// is straight over it.
constexpr double kChange = 2e-4;  // of the loss, either way
constexpr double kNoise = 5e-7;   // of the loss, by rounding
constexpr double kReach = 0.02;   // of a tensor's size, where its gradient is small

/// Tensors, their gradients, and where each is moved.
struct Line {
  std::vector<at::Tensor> values, gradients, steps;
};

/// What moving along a line, by `length` steps there minus as many back, changes of a loss, and what gradients say.
struct Change {
  double found = 0;
  double foretold = 0;
};

Change changeAlong(const Line& line, double length, const std::function<double()>& loss) {
  std::vector<at::Tensor> before;
  for (const at::Tensor& value : line.values) before.push_back(value.detach().clone());
  Change change;
  const auto moveBy = [&](double steps) {
    const torch::NoGradGuard noGrad;
    for (std::size_t i = 0; i < before.size(); ++i) {
      const at::Tensor& value = line.values[i];
      value.copy_(before[i] + steps * line.steps[i]);
      // By where rounding has put it.
      const double along = (line.gradients[i] * (value - before[i])).sum(at::kDouble).item<double>();
      change.foretold += steps < 0 ? -along : along;
    }
  };
  moveBy(length);
  change.found = loss();
  moveBy(-length);
  change.found -= loss();
  moveBy(0);
  return change;
}

/// Every tensor by itself, along its own gradient. One without a gradient must change nothing.
void expectEveryGradient(const Parameters& parameters, const std::vector<at::Tensor>& gradients,
                         const std::function<double()>& loss) {
  ASSERT_EQ(parameters.size(), gradients.size());
  const double whole = loss();
  std::size_t telling = 0;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const at::Tensor& value = parameters[i].value;
    const double root = std::sqrt(static_cast<double>(value.numel()));
    const double steepness = gradients[i].norm().item<double>();
    const double reach = kReach * (value.norm().item<double>() + 0.1 * root);
    const bool flat = steepness == 0;
    const at::Tensor direction = flat ? at::ones_like(value) / root : gradients[i] / steepness;
    const double length = flat ? reach : std::min(reach, kChange * whole / steepness);
    const Change change = changeAlong({{value}, {gradients[i]}, {direction.detach()}}, length, loss);
    EXPECT_NEAR(change.found, change.foretold, kTolerance * std::abs(change.foretold) + kNoise * whole)
        << parameters[i].name;
    if (kTolerance * change.foretold > kNoise * whole) ++telling;
  }
  EXPECT_GT(2 * telling, parameters.size()) << "most tensors say nothing";
}

class RestoreVarGradients : public TrainingRun {
 protected:
  RestoreVarGradients() {
    config_.network.family = "RestoreVAR";
    config_.dropPath = 0;
  }

  /// A stage that begins with the records' weights.
  std::unique_ptr<Objective> objectiveOf(const std::string& stage, const models::RestoreVarConfig& network) {
    config_.stage = stage;
    config_.network.restorevar = network;
    config_.network.weights = folder_ / "golden.safetensors";
    config_.dataset.patch = network.side();
    models::NamedTensors state = models::stateOf(*goldenNetwork(network));
    for (const auto& [name, table] : tablesOf(network.var)) state.emplace_back("var." + name, table);
    models::writeSafetensors(config_.network.weights, state);
    return makeObjective(config_);
  }

  static Patches::Batch batchOf(int side, int count) {
    std::vector<at::Tensor> pictures;
    for (int i = 0; i < count; ++i) pictures.push_back((goldenPicture("gradients." + std::to_string(i), side) + 1) / 2);
    const at::Tensor clean = at::cat(pictures);
    return {clean, 0.6 * clean + 0.3, {}};
  }

  static at::Tensor lossOf(Objective& objective, const Patches::Batch& batch) {
    Random random(7);
    return objective.loss(batch, random);
  }

  /// Of every parameter, by the way back.
  static std::vector<at::Tensor> gradientsOf(Objective& objective, const Patches::Batch& batch) {
    lossOf(objective, batch).backward();
    std::vector<at::Tensor> gradients;
    for (const Objective::Parameter& parameter : objective.parameters()) {
      const at::Tensor& gradient = parameter.value.grad();
      gradients.push_back(gradient.defined() ? gradient.clone() : at::zeros_like(parameter.value).detach());
    }
    return gradients;
  }
};

/// The records' T4 on squares of 16 pixels, because every tensor costs two losses.
models::RestoreVarConfig small() {
  models::RestoreVarConfig config = tinyRestoreVar();
  config.vae = {.channels = 32, .multipliers = {1, 1, 2}, .blocks = 1, .latent = 8, .vocabulary = 32};
  config.var.sides = {1, 2, 4};
  return config;
}

// Cross-entropy of all tokens.
TEST_F(RestoreVarGradients, ofTheTransformerAreWhatStepsDoToItsLoss) {
  const auto objective = objectiveOf("var", small());
  const Patches::Batch batch = batchOf(config_.dataset.patch, 2);
  expectEveryGradient(objective->parameters(), gradientsOf(*objective, batch),
                      [&] { return lossOf(*objective, batch).item<double>(); });
}

// L1 of the latent. More pictures, because the corners of many absolute values make one smooth sum.
TEST_F(RestoreVarGradients, ofTheRefinerAreWhatStepsDoToItsLoss) {
  const auto objective = objectiveOf("refiner", small());
  const Patches::Batch batch = batchOf(config_.dataset.patch, 4);
  expectEveryGradient(objective->parameters(), gradientsOf(*objective, batch),
                      [&] { return lossOf(*objective, batch).item<double>(); });
}

TEST_F(RestoreVarGradients, ofTheDecoderAreWhatStepsDoToItsLoss) {
  config_.loss = "l2";
  const auto objective = objectiveOf("decoder", small());
  const Patches::Batch batch = batchOf(config_.dataset.patch, 2);
  expectEveryGradient(objective->parameters(), gradientsOf(*objective, batch),
                      [&] { return lossOf(*objective, batch).item<double>(); });
}

// The autoencoder's gradients go past its codes, so steps are compared with a loss in which the choice of codes, and
// whatever is not to be moved, is held as it was.
TEST_F(RestoreVarGradients, ofTheAutoencoderAreWhatStepsDoWhileItsCodesAreHeld) {
  constexpr double kCommitment = 0.25;
  config_.loss = "l2";
  const models::RestoreVarConfig config = small();
  const auto objective = objectiveOf("vqvae", config);
  const Patches::Batch batch = batchOf(config.side(), 2);
  const std::vector<at::Tensor> gradients = gradientsOf(*objective, batch);

  models::RestoreVarNetwork network = goldenNetwork(config);
  models::VqVae& vae = network->vae;
  const auto latentOf = [&] { return vae->quant_conv->forward(vae->encode(batch.clean * 2 - 1)); };
  const at::Tensor latent = latentOf().detach();
  const models::QuantiserImpl::Encoding held = vae->quantize->encode(latent, config.var.sides);
  std::vector<at::Tensor> sums;
  for (const at::Tensor& sum : held.partial) sums.push_back(sum.detach());
  const auto loss = [&] {
    const torch::NoGradGuard noGrad;
    const at::Tensor now = latentOf();
    const int scales = config.var.scales();
    at::Tensor sum = at::zeros_like(latent), apart = at::zeros({});
    for (int scale = 0; scale < scales; ++scale) {
      const auto at = static_cast<std::size_t>(scale);
      sum = sum + vae->quantize->contribution(held.tokens[at], scale, scales, config.var.grid());
      apart = apart + kCommitment * (now - sums[at]).square().mean() + (sum - latent).square().mean();
    }
    // One of the two goes through its codes.
    const at::Tensor rounding = (sums.back() - latent).narrow(0, 1, 1);
    const at::Tensor coded = at::cat({now.narrow(0, 0, 1), now.narrow(0, 1, 1) + rounding});
    const at::Tensor made = (vae->decoder->forward(vae->post_quant_conv->forward(coded)) + 1) / 2;
    return ((made - batch.clean).square().mean() + apart / scales).item<double>();
  };
  const double trained = lossOf(*objective, batch).item<double>();
  EXPECT_NEAR(loss(), trained, 1e-5 * trained);

  // The same tensors, of the network that the held loss is of.
  Parameters own;
  auto named = network->named_parameters();
  for (const Objective::Parameter& parameter : objective->parameters()) {
    ASSERT_TRUE(named.contains(parameter.name)) << parameter.name;
    own.push_back({parameter.name, named[parameter.name], parameter.decays});
  }
  expectEveryGradient(own, gradients, loss);
}

/// Along the step that the optimiser takes, all tensors at once.
TEST_F(RestoreVarGradients, aStepOfTheOptimiserChangesTheLossAsTheGradientsSay) {
  for (const std::string stage : {"var", "refiner"}) {
    SCOPED_TRACE(stage);
    const auto objective = objectiveOf(stage, small());
    const Patches::Batch batch = batchOf(config_.dataset.patch, 4);
    Line line{{}, gradientsOf(*objective, batch), {}};
    for (const Objective::Parameter& parameter : objective->parameters()) line.values.push_back(parameter.value);
    std::vector<at::Tensor> before;
    for (const at::Tensor& value : line.values) before.push_back(value.detach().clone());
    torch::optim::Adam(line.values, torch::optim::AdamOptions(1e-3)).step();
    double slope = 0;
    {
      const torch::NoGradGuard noGrad;
      for (std::size_t i = 0; i < before.size(); ++i) {
        line.steps.push_back(line.values[i] - before[i]);
        line.values[i].copy_(before[i]);
        slope += (line.gradients[i] * line.steps[i]).sum(at::kDouble).item<double>();
      }
    }
    ASSERT_LT(slope, 0);
    const auto loss = [&] { return lossOf(*objective, batch).item<double>(); };
    const double whole = loss();
    const Change change = changeAlong(line, -kChange * whole / slope, loss);
    EXPECT_NEAR(change.found, change.foretold, kTolerance * std::abs(change.foretold));
    EXPECT_LT(change.found, 0);
  }
}

}  // namespace
}  // namespace heirloom::tests
