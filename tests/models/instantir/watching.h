#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "models/checkpoint/tensors.h"
#include "models/common/notes.h"
#include "models/restorer.h"

namespace heirloom::tests {

/// Keeps what a run shows, and stops it after so many pictures.
struct Watching : models::Observer, models::NoteTaker {
  void preview(int index, const at::Tensor& picture) override {
    indices.push_back(index);
    previews.push_back(picture);
    if (static_cast<int>(previews.size()) == stopAfter) stop = true;
    if (shown) shown(index);
  }
  void note(const Message& message) override { notes.push_back(message.english()); }
  void value(const std::string& name, const at::Tensor& tensor) override { values.emplace_back(name, tensor); }
  void progress(const Message&, double fraction) override {
    EXPECT_GE(fraction, reached - 1e-9);
    reached = fraction;
  }
  bool stopRequested() const override { return stop; }

  std::vector<int> indices;
  std::vector<at::Tensor> previews;
  models::NamedTensors values;
  std::vector<std::string> notes;
  std::function<void(int)> shown;
  double reached = 0;
  int stopAfter = -1;
  bool stop = false;
};

}  // namespace heirloom::tests
