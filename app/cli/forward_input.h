#pragma once

#include <torch/types.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "app/cli/report.h"
#include "core/photo/photo.h"
#include "models/restorer.h"

namespace heirloom::app {

/// What goes into a bare network.
struct ForwardInput {
  at::Tensor image;                 // float32 N C H W in 0..1, C as the network wants
  std::vector<double> noiseLevels;  // sigma / 255, one a picture; empty: from the settings
  std::optional<models::Grid> kernel;
};

/// A picture, or a .safetensors file with `image` and, where the network takes them, `noise_level` and `kernel`. Throws
/// Error naming the file; what the network does not take with these settings is a warning.
ForwardInput readForwardInput(const std::filesystem::path& file, const models::Descriptor& network,
                              const models::Settings& settings, Report& report);

/// The samples of a photo in 0..1 as 1 C H W: no colour conversion but to grey or from it. Throws Error for CMYK.
at::Tensor pictureTensor(const core::Photo& photo, int channels);

/// Draws from `file` ("noise.0", "noise.1", ...); null where it is empty: a network draws by its own seed.
std::unique_ptr<models::NoiseSource> storedNoise(const std::filesystem::path& file);

}  // namespace heirloom::app
