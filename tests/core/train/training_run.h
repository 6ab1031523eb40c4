#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <vector>

#include "core/photo/photo.h"
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
