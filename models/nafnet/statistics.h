#pragma once

#include "models/settings.h"

namespace heirloom::models {

/// What NAFNet's channels are weighed by: "global", means over the whole picture, or "local" (TLC).
Parameter statisticsParameter();

/// TLC's window in pixels of the picture; 0: global.
std::int64_t statisticsWindow(const Settings& settings);

}  // namespace heirloom::models
