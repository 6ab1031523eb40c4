#pragma once

#include <vector>

#include "core/quality/metrics.h"

namespace heirloom::core {

/// Testers of published networks disagree on this: KAIR's round luma to 8 bits, BasicSR's and its kin do not.
enum class LumaRounding { None, EightBit };

/// BT.601 luma as MATLAB has it (16..235) of an RGB picture of 0..255; a grey picture is its own luma (kair.md 5.1).
std::vector<double> lumaOf(const MetricImage& image, LumaRounding rounding);

}  // namespace heirloom::core
