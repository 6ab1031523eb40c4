#include <ATen/CPUGeneratorImpl.h>

#include <cmath>

#include "core/degrade/degradations.h"
#include "core/degrade/filter.h"
#include "core/degrade/random_kernel.h"
#include "core/quality/picture_samples.h"

namespace heirloom::core {
namespace {

/// One of the two passes; published settings for enlarging 4 times (kair.md 4.5).
struct Pass {
  Range sigma;                   // of the blur, pixels
  double blur;                   // probability
  std::array<double, 3> resize;  // probabilities: larger, smaller, as it is
  Range factor;                  // of smaller and larger
  Range noise;                   // deviation of Gaussian noise in 8-bit units
  Range poisson;                 // strength of the photon noise that takes its place half the time
};
constexpr Pass kFirst = {{0.2, 3}, 1, {0.2, 0.7, 0.1}, {0.15, 1.5}, {1, 30}, {0.05, 3}};
constexpr Pass kSecond = {{0.2, 1.5}, 0.8, {0.3, 0.4, 0.3}, {0.3, 1.2}, {1, 25}, {0.05, 2.5}};
constexpr double kPoisson = 0.5;
constexpr double kGreyNoise = 0.4;
constexpr double kFinalSinc = 0.8;
constexpr std::array<int, 2> kJpeg = {30, 95};

double uniform(Range range, Random& random) {
  return std::uniform_real_distribution<double>(range[0], range[1])(random);
}

bool chance(double probability, Random& random) {
  return uniform({0, 1}, random) < probability;
}

at::Tensor resized(const at::Tensor& picture, double height, double width, Random& random) {
  const std::array<std::int64_t, 2> size = {std::max<std::int64_t>(1, std::llround(height)),
                                            std::max<std::int64_t>(1, std::llround(width))};
  const at::Tensor one = picture.unsqueeze(0);
  switch (std::uniform_int_distribution<int>(0, 2)(random)) {
    case 0:
      return at::adaptive_avg_pool2d(one, size).squeeze(0);
    case 1:
      return at::upsample_bilinear2d(one, size, /*align_corners=*/false).squeeze(0);
    default:
      return at::upsample_bicubic2d(one, size, /*align_corners=*/false).squeeze(0);
  }
}

at::Tensor withNoise(const at::Tensor& picture, const Pass& pass, Random& random) {
  const bool grey = chance(kGreyNoise, random);
  const bool photons = chance(kPoisson, random);
  auto generator = at::detail::createCPUGenerator(random());
  if (!photons) {
    const at::Tensor like = grey ? picture.narrow(0, 0, 1) : picture;
    return picture + at::randn(like.sizes(), generator, at::kFloat) * (uniform(pass.noise, random) / 255);
  }
  const at::Tensor luma = at::tensor({0.299, 0.587, 0.114}, at::kFloat).view({3, 1, 1});
  const at::Tensor source = grey && picture.size(0) == 3 ? (picture * luma).sum(0, /*keepdim=*/true) : picture;
  const at::Tensor levels = (source.clamp(0, 1) * 255).round();
  // As many photons as the picture has levels, up to the next power of two.
  const auto distinct = static_cast<double>(std::get<0>(at::_unique(levels)).numel());
  const double photonsOfWhite = std::exp2(std::ceil(std::log2(distinct)));
  const at::Tensor seen = at::poisson(levels / 255 * photonsOfWhite, generator) / photonsOfWhite;
  return picture + (seen - levels / 255) * uniform(pass.poisson, random);
}

at::Tensor compressed(const at::Tensor& picture, Random& random) {
  const at::Tensor rows = picture.clamp(0, 1).permute({1, 2, 0}).contiguous();
  FloatImage image{rows.size(1), rows.size(0), static_cast<int>(rows.size(2)), {}};
  image.values.assign(rows.data_ptr<float>(), rows.data_ptr<float>() + rows.numel());
  const FloatImage read = throughJpeg(image, std::uniform_int_distribution<int>(kJpeg[0], kJpeg[1])(random));
  return at::tensor(read.values, at::kFloat).view(rows.sizes()).permute({2, 0, 1}).contiguous();
}

at::Tensor through(const Pass& pass, at::Tensor picture, double height, double width, Random& random) {
  if (chance(pass.blur, random)) picture = filtered(picture, randomKernel(pass.sigma, random));
  double factor = 1;
  switch (std::discrete_distribution<int>(pass.resize.begin(), pass.resize.end())(random)) {
    case 0:
      factor = uniform({1, pass.factor[1]}, random);
      break;
    case 1:
      factor = uniform({pass.factor[0], 1}, random);
      break;
    default:
      break;
  }
  return withNoise(resized(picture, height * factor, width * factor, random), pass, random).clamp(0, 1);
}

}  // namespace

at::Tensor degraded(const at::Tensor& picture, const SecondOrder& order, Random& random) {
  const auto height = static_cast<double>(picture.size(1)), width = static_cast<double>(picture.size(2));
  const double lowHeight = height / order.reduction, lowWidth = width / order.reduction;
  at::Tensor low = compressed(through(kFirst, picture, height, width, random), random);
  low = through(kSecond, low, lowHeight, lowWidth, random);
  const at::Tensor sinc = chance(kFinalSinc, random) ? finalSinc(random) : at::ones({1, 1});
  const auto small = [&](const at::Tensor& x) { return filtered(resized(x, lowHeight, lowWidth, random), sinc); };
  low = chance(0.5, random) ? compressed(small(low), random) : small(compressed(low, random));
  low = (low.clamp(0, 1) * 255).round() / 255;
  return at::upsample_bicubic2d(low.unsqueeze(0), {picture.size(1), picture.size(2)}, /*align_corners=*/false)
      .squeeze(0)
      .clamp(0, 1);
}

}  // namespace heirloom::core
