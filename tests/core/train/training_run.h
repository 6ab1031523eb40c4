#pragma once

#include <gtest/gtest.h>

#include <torch/types.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "core/photo/photo.h"
#include "core/train/objective.h"
#include "core/train/train.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {

struct TrainRecorder : core::TrainObserver {
  std::vector<core::TrainProgress> reports;
  std::function<void(const core::TrainProgress&)> then;
  void progress(const core::TrainProgress& progress) override {
    reports.push_back(progress);
    if (then) then(progress);
  }
};

struct TrainedLoss {
  double value = 0;
  std::vector<at::Tensor> gradients;  // of every parameter
};

/// The mean loss of the pictures of `batch` and its gradients, so many pictures at a time, as a step of the training
/// takes them.
inline TrainedLoss lossOfParts(core::Objective& objective, const core::Patches::Batch& batch, std::int64_t size) {
  core::Random random(7);
  TrainedLoss loss;
  for (std::int64_t from = 0; from < batch.count(); from += size) {
    const at::Tensor own = objective.loss(batch.part(from, size), random) * size / batch.count();
    own.backward();
    loss.value += own.item<double>();
  }
  for (const auto& parameter : objective.parameters()) {
    const at::Tensor& gradient = parameter.value.grad();
    loss.gradients.push_back(gradient.defined() ? gradient.clone() : at::zeros_like(parameter.value));
    parameter.value.mutable_grad().reset();
  }
  return loss;
}

/// Apart by no more than rounding.
inline void expectSame(const TrainedLoss& a, const TrainedLoss& b, const std::string& what) {
  EXPECT_NEAR(a.value, b.value, 1e-4 * std::abs(b.value)) << what;
  double apart = 0, all = 0;
  for (std::size_t i = 0; i < a.gradients.size(); ++i) {
    apart += (a.gradients[i] - b.gradients[i]).square().sum().item<double>();
    all += b.gradients[i].square().sum().item<double>();
  }
  EXPECT_GT(all, 0) << what;
  EXPECT_LT(apart, 1e-6 * all) << what;
}

/// A folder with three striped photos to train on, and a configuration that uses them.
class TrainingRun : public testing::Test {
 protected:
  TrainingRun() {
    std::filesystem::create_directory(folder_ / "photos");
    for (int i = 0; i < 3; ++i) writeStripes(folder_ / "photos" / ("stripes" + std::to_string(i) + ".png"), 8 + 5 * i);
    config_.dataset = {folder_ / "photos", {1.0, 0.5}, 24, 4};
    config_.output = folder_ / "run";
  }

  static void writeStripes(const std::filesystem::path& file, int period) {
    using namespace core;
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

  /// What reading such a document says against it; empty: nothing.
  std::string refusal(const std::string& text) {
    try {
      core::readTrainConfig(yaml(text));
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  }

  TemporaryFolder folder_;
  core::TrainConfig config_;
};

}  // namespace heirloom::tests
