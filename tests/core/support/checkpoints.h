#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace heirloom::tests {

/// Writes a real DnCNN checkpoint of three convolutions with 8 channels whose weights are all `weight`: with 0 the
/// network returns what it is given.
void writeDnCnn(const std::filesystem::path& file, int channels, float weight,
                const std::map<std::string, std::string>& metadata = {});

/// Two of them in one file, for grey and for colour pictures, which training named "net" and "generator".
void writeTwoDnCnns(const std::filesystem::path& file, const std::map<std::string, std::string>& metadata = {});

}  // namespace heirloom::tests
