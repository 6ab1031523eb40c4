#pragma once

#include <memory>

#include "models/restorer.h"

namespace heirloom::models {

/// `restorer` with the toggle "ensemble": the mean of the eight results for the turned and flipped picture, each turned
/// back (x8 self-ensemble, Timofte et al., CVPR 2016). Kernels among the settings are turned with the picture. The cost
/// and the memory of the descriptor follow the toggle.
std::shared_ptr<const Restorer> withEnsemble(std::shared_ptr<const Restorer> restorer);

/// The descriptor with that toggle.
Descriptor withEnsemble(Descriptor descriptor);

}  // namespace heirloom::models
