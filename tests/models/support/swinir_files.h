#pragma once

#include <filesystem>

#include "models/swinir/config.h"

namespace heirloom::tests {

/// A SwinIR of this configuration with random weights.
void writeSwinIr(const std::filesystem::path& file, const models::SwinIrConfig& config);

}  // namespace heirloom::tests
