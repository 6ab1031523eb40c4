#pragma once

#include <cstdint>
#include <span>

namespace heirloom::core {

/// Pictures as their 8-bit values 0..255 in double, interleaved rows: what the published figures are computed on.
struct MetricImage {
  std::int64_t width = 0;
  std::int64_t height = 0;
  int bands = 1;
  std::span<const double> values;  // height * width * bands
};

/// Side of SSIM's window: pictures must be as large.
inline constexpr std::int64_t kSsimWindow = 11;

/// Throws Error when sizes or bands differ or less than `side` pixels a side are left inside the border.
void requireComparable(const MetricImage& a, const MetricImage& b, std::int64_t border, std::int64_t side = 1);

/// Mean of the squared differences of two pictures of one size, and a mean as PSNR: +inf of 0.
double meanSquaredError(const MetricImage& a, const MetricImage& b, std::int64_t border = 0);
double decibels(double meanSquaredError);

/// 20 log10(255 / sqrt(mse)) in double over everything but `border` pixels a side; +inf of equal pictures (KAIR
/// utils_image.calculate_psnr). Throws Error when sizes or bands differ or nothing is left inside the border.
double psnr(const MetricImage& a, const MetricImage& b, std::int64_t border = 0);

/// PSNR with the blocking effect of 8 x 8 codecs in `restored` added to the error (Yim and Bovik, "Quality assessment
/// of deblocked images", IEEE TIP 2011; SwinIR's calculate_psnrb), per band, the mean over bands in dB. Throws as
/// `psnr`, also when a side is below 16: there must be an edge between blocks.
double psnrB(const MetricImage& restored, const MetricImage& original);

/// Wang et al. 2004 as MATLAB and KAIR compute it: per band, 11 x 11 Gaussian of sigma 1.5, valid region, K1 0.01, K2
/// 0.03, mean over the map, then over bands. Throws as `psnr`, also when a side is below 11.
double ssim(const MetricImage& a, const MetricImage& b, std::int64_t border = 0);

}  // namespace heirloom::core
