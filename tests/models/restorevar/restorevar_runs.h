#pragma once

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/registry.h"
#include "tests/models/restorevar/tiny_folder.h"
#include "tests/models/support/hashed_values.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {

/// Keeps what a run tells, and stops it after so many reports.
class RecordingObserver : public models::Observer {
 public:
  void preview(int index, const at::Tensor& picture) override { previews.emplace_back(index, picture); }
  void progress(const Message&, double fraction) override {
    EXPECT_GE(fraction, last);
    EXPECT_LE(fraction, 1 + 1e-9);
    last = fraction;
    ++reports;
  }
  void value(const std::string& name, const at::Tensor& tensor) override { values.emplace(name, tensor); }
  bool stopRequested() const override { return reports >= stopAfter; }

  std::vector<std::pair<int, at::Tensor>> previews;
  std::map<std::string, at::Tensor> values;
  double last = 0;
  int reports = 0;
  int stopAfter = 1000;
};

/// The tiny network of the records in a folder, opened.
class RestoreVarRuns : public testing::Test {
 protected:
  RestoreVarRuns() {
    writeTinyRestoreVar(folder.path());
    model = models::open(folder.path());
    settings = models::Settings(model->descriptor().parameters);
  }

  at::Tensor restored(const at::Tensor& picture, models::Observer& told) const {
    return model->start(settings, {}, told)->restore(picture);
  }

  static at::Tensor photo(std::int64_t height, std::int64_t width) {
    return (goldenUniform("photo", {1, 3, height, width}).to(at::kFloat) + 1) / 2;
  }

  TemporaryFolder folder;
  std::shared_ptr<const models::Restorer> model;
  models::Settings settings;
  RecordingObserver observer;
};

}  // namespace heirloom::tests
