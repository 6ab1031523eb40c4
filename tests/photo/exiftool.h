#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace heirloom::tests {

// ExifTool, run as a process: a reader and writer of metadata that shares no code with the libraries of ours.

/// What `exiftool ARGUMENTS FILE` prints. Throws when it fails.
std::string exiftool(const std::vector<std::string>& arguments, const std::filesystem::path& file);

/// Every tag as "Group:Name" -> value, numbers as they are stored.
std::map<std::string, std::string> tagsOf(const std::filesystem::path& file);

std::vector<std::byte> profileIn(const std::filesystem::path& file);

}  // namespace heirloom::tests
