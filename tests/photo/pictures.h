#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/photo/photo.h"

namespace heirloom::tests {

/// A smooth picture with a little noise (seed 1) that uses most of the range; alpha varies too.
std::shared_ptr<core::Raster> picture(const core::Layout& layout);

core::Photo photoOf(const core::Layout& layout, std::vector<std::byte> iccProfile = {});

/// The largest difference of two rasters of equal size and bands, in 0..1.
double largestDifference(const core::Raster& a, const core::Raster& b);

std::vector<std::byte> bytesOf(const std::filesystem::path& file);
void writeBytes(const std::filesystem::path& file, const std::vector<std::byte>& bytes);
void writeText(const std::filesystem::path& file, const std::string& text);

/// Names of what lies in a folder, hidden files too.
std::vector<std::string> namesIn(const std::filesystem::path& folder);

/// The English line of the Error that `action` throws; empty when it throws none.
template <typename Action>
std::string errorOf(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace heirloom::tests
