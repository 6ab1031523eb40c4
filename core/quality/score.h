#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "core/photo/photo.h"
#include "core/quality/imresize.h"

namespace heirloom::core {

/// How good one picture is against another.
struct Score {
  std::filesystem::path file;
  double psnr = 0;
  std::optional<double> ssim;      // none of pictures with a side below 11
  std::optional<double> psnrLuma;  // of colour pictures: on BT.601 luma rounded to 8 bits, as KAIR's testers do
  std::optional<double> ssimLuma;
  std::optional<double> psnrBlocks;  // PSNR-B of pictures that were compressed for the test
};

/// `psnr` of equal pictures is infinite and makes the mean infinite, too.
Score meanOf(const std::vector<Score>& scores);

/// Two pictures as their 8-bit values, profiles and alpha left aside, without `border` pixels a side. Read strip by
/// strip: memory does not grow with their height. Throws Error when they cannot be compared.
Score compare(const Photo& a, const Photo& b, std::int64_t border = 0);
Score compare(const FloatImage& a, const FloatImage& b, std::int64_t border = 0);

/// PSNR-B of two pictures' 8-bit values. Throws Error when they cannot be compared.
double psnrB(const FloatImage& restored, const FloatImage& original);

}  // namespace heirloom::core
