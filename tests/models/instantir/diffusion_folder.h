#pragma once

#include <gtest/gtest.h>
#include <torch/types.h>

#include <filesystem>
#include <string>

#include "models/common/error.h"
#include "models/registry.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {

/// Tests of a diffusion's folder: what is said of it, and small runs.
class DiffusionFolder : public testing::Test {
 protected:
  /// Why it cannot be opened; empty: it can.
  static std::string complaint(const std::filesystem::path& file) {
    try {
      models::open(file);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  static models::Settings smallSettings(const models::Restorer& model) {
    models::Settings settings(model.descriptor().parameters);
    settings.set("min_side", "64");
    settings.set("max_side", "128");
    settings.set("steps", "3");
    return settings;
  }
  static at::Tensor photo(std::int64_t height, std::int64_t width) {
    return at::linspace(0, 1, 3 * height * width).view({1, 3, height, width});
  }

  TemporaryFolder folder;
};

}  // namespace heirloom::tests
