#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "core/photo/photo.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {

/// A colour or grey FFDNet whose result is `gain` times its input: what a file holds can be foretold, and a result
/// differs from its source when gain is not 1. More `layers` and `features` make it slow, never different.
struct ScalingNetwork {
  double gain = 1;
  int channels = 3;
  int layers = 4;
  int features = 16;
};
void writeNetwork(const std::filesystem::path& file, const ScalingNetwork& network = {});

/// Two in one file, "net" with a gain of 0.5 and "generator" with 1, and what a training program notes in it.
void writeTwoNetworks(const std::filesystem::path& file);

/// A smooth picture with an edge, saved in the format that the extension names.
struct SamplePicture {
  std::int64_t width = 40;
  std::int64_t height = 30;
  core::ColourModel model = core::ColourModel::Rgb;
  bool alpha = false;
  core::SampleType type = core::SampleType::UInt8;
};
core::Photo samplePhoto(const SamplePicture& picture = {});
void writePicture(const std::filesystem::path& file, const SamplePicture& picture = {});

/// First sample of the pixel, in 0..1.
float firstSample(const std::filesystem::path& file, std::int64_t x = 0, std::int64_t y = 0);

std::string bytesOf(const std::filesystem::path& file);
void writeBytes(const std::filesystem::path& file, const std::string& bytes);

/// A PNG header that claims these sizes and holds nothing.
void writeHollowPng(const std::filesystem::path& file, std::uint32_t width, std::uint32_t height);

/// Names of everything below the folder, hidden files too.
std::set<std::string> everythingIn(const std::filesystem::path& folder);

}  // namespace heirloom::tests
