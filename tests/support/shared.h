#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>

namespace heirloom::tests {

/// The folder of reference material (test sets, published weights, conformance numbers): HEIRLOOM_SHARED, by default
/// ../shared beside the source tree. Empty when it is not there.
std::optional<std::filesystem::path> sharedFolder();

/// The source tree, for resources/.
std::filesystem::path sourceFolder();

}  // namespace heirloom::tests

/// Defines `variable` as a path below the shared folder, or skips the test with a clear word.
#define REQUIRE_SHARED(variable, relative)                                                              \
  if (!::heirloom::tests::sharedFolder()) GTEST_SKIP() << "no reference material: set HEIRLOOM_SHARED"; \
  const std::filesystem::path variable = *::heirloom::tests::sharedFolder() / (relative)
