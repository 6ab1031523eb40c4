#pragma once

#include <filesystem>

namespace heirloom::tests {

/// All values in the safetensors files below `folder` become zero, mapped ones as well, as if nobody had touched the
/// files: whoever reads them again gives another picture, or refuses them.
void zeroWeights(const std::filesystem::path& folder);

}  // namespace heirloom::tests
