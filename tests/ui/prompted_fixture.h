#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "core/photo/raster.h"
#include "tests/ui/fixture.h"

namespace heirloom::tests {

/// A session with a photo of 96 x 64 open and a tiny InstantIR chosen, made to be quick.
class PromptedFixture : public Fixture {
 public:
  /// `change` is made to the network's folder before anybody reads it.
  explicit PromptedFixture(int steps, const std::function<void(const std::filesystem::path&)>& change = {});

  /// Takes the step in `row` and waits until its picture is there.
  void takeStep(int row);
};

/// All samples in 0..1, row by row.
std::vector<float> valuesOf(const core::Raster& raster);

}  // namespace heirloom::tests
