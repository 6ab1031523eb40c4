#pragma once

#include <filesystem>

namespace heirloom::tests {

/// A DRUNet for grey pictures with few random weights. The file's name says whether it is a denoiser or a deblocker.
void writeTinyDrunet(const std::filesystem::path& file);

}  // namespace heirloom::tests
