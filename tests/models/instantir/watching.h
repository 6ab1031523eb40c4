#pragma once

#include <gtest/gtest.h>
#include <torch/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/checkpoint/tensors.h"
#include "models/common/kept_step.h"
#include "models/common/notes.h"
#include "models/restorer.h"

namespace heirloom::tests {

/// Keeps the steps of a run, and lets the next one go on from `start`, or make its picture.
struct Keeping : models::Observer, models::StepKeeper {
  bool keepsSteps() const override { return wants; }
  void keep(std::shared_ptr<const models::KeptStep> step) override { kept.push_back(std::move(step)); }
  std::shared_ptr<const models::KeptStep> from() const override { return start; }
  bool onlyPicture() const override { return only; }
  void preview(int index, const at::Tensor& picture) override {
    indices.push_back(index);
    previews.push_back(picture);
  }
  void progress(const Message&, double fraction) override {
    EXPECT_GE(fraction, reached - 1e-9);
    reached = fraction;
  }

  bool wants = true, only = false;
  std::shared_ptr<const models::KeptStep> start;
  std::vector<std::shared_ptr<const models::KeptStep>> kept;
  std::vector<int> indices;
  std::vector<at::Tensor> previews;
  double reached = 0;
};

/// Keeps what a run shows, and stops it after so many pictures.
struct Watching : models::Observer, models::NoteTaker {
  void preview(int index, const at::Tensor& picture) override {
    indices.push_back(index);
    previews.push_back(picture);
    if (static_cast<int>(previews.size()) == stopAfter) stop = true;
    if (shown) shown(index);
  }
  void note(const Message& message) override { notes.push_back(message.english()); }
  void held(const Message& how) override { ways.push_back(how.english()); }
  void value(const std::string& name, const at::Tensor& tensor) override { values.emplace_back(name, tensor); }
  void progress(const Message&, double fraction) override {
    EXPECT_GE(fraction, reached - 1e-9);
    reached = fraction;
  }
  bool stopRequested() const override { return stop; }

  std::vector<int> indices;
  std::vector<at::Tensor> previews;
  models::NamedTensors values;
  std::vector<std::string> notes, ways;
  std::function<void(int)> shown;
  double reached = 0;
  int stopAfter = -1;
  bool stop = false;
};

}  // namespace heirloom::tests
