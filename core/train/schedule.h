#pragma once

#include <cstdint>

#include "core/train/config.h"

namespace heirloom::core {

/// Learning rate at `iteration` (from 0): linear warm-up, then cosine (Loshchilov and Hutter, ICLR 2017, one period),
/// linear behind a flat part, steps or constant.
double learningRate(const TrainConfig::Schedule& schedule, double peak, std::int64_t iteration);

}  // namespace heirloom::core
