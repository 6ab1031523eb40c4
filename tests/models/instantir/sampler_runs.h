#pragma once

#include <gtest/gtest.h>
#include <torch/types.h>

#include <vector>

#include "models/common/error.h"
#include "tests/models/instantir/golden.h"

namespace heirloom::tests {

/// Counts the blocks that are run, and stops at the one of this number.
struct StopAt : models::BlockWatch {
  explicit StopAt(int number) : block(number) {}
  void enter(torch::nn::Module&) override {
    if (seen++ == block) throw Stopped();
    ++inside;
  }
  void leave(torch::nn::Module&) noexcept override { --inside; }
  int block, seen = 0, inside = 0;
};

/// Runs of the records' tiny networks under other settings.
class InstantIrRuns : public testing::Test {
 protected:
  static inline const std::vector<int> kTinySizes = {128, 128, 0, 0, 128, 128};
  static inline const models::InstantIrConfig kConfig = tinyInstantIr();

  static at::Tensor degraded() { return recordedInput("lq_latent", {1, 4, 16, 16}); }
  static models::InstantIrNetworks networks(const models::Placement& placement = {},
                                            const models::Holding& holding = {}) {
    return models::loadInstantIr(kConfig, recordedSource(kConfig), recordedCorrections(kConfig), placement, holding);
  }
  static models::Guide onGpu(const models::Guide& guide) {
    return {guide.text.cuda(), guide.pooled.cuda(), guide.picture.cuda()};
  }
  /// The largest difference, relative to the largest value of `b`.
  static double apart(const at::Tensor& a, const at::Tensor& b) {
    return ((a - b).abs().max() / b.abs().max()).item<double>();
  }
  at::Tensor run(const models::SamplerSettings& settings, const models::SamplerEvents& events = {},
                 const models::SamplerState* from = nullptr) {
    RecordedNoise noise;
    return models::InstantIrSampler(made, models::NoiseSchedule(), settings)
        .run(degraded(), positiveGuide(), negativeGuide(), kTinySizes, noise, events, from);
  }

  models::InstantIrNetworks made = networks();
  models::SamplerSettings three{.steps = 3};
};

}  // namespace heirloom::tests
