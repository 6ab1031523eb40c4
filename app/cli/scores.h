#pragma once

#include <string>

#include "app/cli/report.h"
#include "core/quality/evaluate.h"

namespace heirloom::app {

/// psnr, ssim and of colour pictures psnr_y, ssim_y; an infinite figure is null and `equal` says so.
void putScores(Json& object, const core::Score& score);

/// "30.4316 dB, SSIM 0.8617; luma 31.1234 dB, 0.8700".
std::string scoresText(const core::Score& score);

}  // namespace heirloom::app
