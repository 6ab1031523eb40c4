#pragma once

#include "models/settings.h"

namespace heirloom::models {

/// Names of the settings that say what was done to a picture; whoever takes one of them calls it so.
inline constexpr const char* kKernel = "kernel";
inline constexpr const char* kScale = "scale";

/// The blur that the picture suffered, in pixels of the restored picture.
Parameter kernelParameter(const std::string& byDefault);

/// Output side / input side of a network whose file does not fix it.
Parameter scaleParameter(int maximum, int byDefault);

}  // namespace heirloom::models
