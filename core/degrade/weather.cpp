#include <ATen/CPUGeneratorImpl.h>

#include <cmath>
#include <numbers>

#include "core/degrade/degradations.h"
#include "core/degrade/filter.h"
#include "models/common/blur_kernel.h"

namespace heirloom::core {
namespace {

constexpr double kDepthCell = 128;  // pixels over which the depth changes freely
constexpr double kNear = 0.2;
constexpr int kFlakeSizes = 3;
constexpr double kLeastFlake = 0.3;  // radius in pixels; smaller ones are noise

at::Tensor uniformNoise(at::IntArrayRef shape, Random& random) {
  return at::rand(shape, at::detail::createCPUGenerator(random()), at::kFloat);
}

/// Weights of control points, `length` x points, at positions that begin anywhere in the first cell.
at::Tensor cellWeights(std::int64_t length, Random& random) {
  const double begin = std::uniform_real_distribution<double>(0, 1)(random);
  const at::Tensor position = at::arange(length, at::kFloat) / kDepthCell + begin;
  const at::Tensor cell = position.floor();
  const at::Tensor part = position - cell;
  const at::Tensor share = part.square() * (3 - 2 * part);  // flat at the points
  const auto points = static_cast<std::int64_t>(cell[-1].item<float>()) + 2;
  const at::Tensor index = at::arange(points, at::kFloat);
  const auto at = [&](const at::Tensor& which) { return which.unsqueeze(1).eq(index).to(at::kFloat); };
  return at(cell) * (1 - share).unsqueeze(1) + at(cell + 1) * share.unsqueeze(1);
}

/// Sparse points of 0.5 to 1, one in 1 / density, on the picture and a border of `border` pixels around it.
at::Tensor scattered(const at::Tensor& picture, std::int64_t border, double density, Random& random) {
  const std::int64_t height = picture.size(1) + 2 * border, width = picture.size(2) + 2 * border;
  const at::Tensor here = uniformNoise({1, height, width}, random) < density;
  return here * (0.5 + 0.5 * uniformNoise({1, height, width}, random));
}

/// Stamps `shape` at every point of `scattered(picture, border, ...)`; the border covers the shape.
at::Tensor stamped(const at::Tensor& points, const at::Tensor& shape, std::int64_t border) {
  const at::Tensor all = filtered(points, shape);
  return all.narrow(1, border, points.size(1) - 2 * border).narrow(2, border, points.size(2) - 2 * border);
}

/// A soft disc, 1 in the middle, its edge two pixels wide.
at::Tensor disc(double radius) {
  const auto reach = static_cast<std::int64_t>(std::ceil(radius + 1));
  const at::Tensor line = at::arange(-reach, reach + 1, at::kFloat);
  const at::Tensor distance = (line.square().unsqueeze(1) + line.square()).sqrt();
  return ((radius + 1 - distance) / 2).clamp(0, 1) / std::min(1.0, (radius + 1) / 2);
}

}  // namespace

at::Tensor degraded(const at::Tensor& picture, const Haze& haze, Random& random) {
  const at::Tensor rows = cellWeights(picture.size(1), random), columns = cellWeights(picture.size(2), random);
  const at::Tensor points = uniformNoise({rows.size(1), columns.size(1)}, random);
  const at::Tensor depth = kNear + (1 - kNear) * at::matmul(at::matmul(rows, points), columns.t());
  const at::Tensor transmission = (-haze.scattering * depth).exp();
  return picture * transmission + haze.airlight * (1 - transmission);
}

at::Tensor degraded(const at::Tensor& picture, const Rain& rain, Random& random) {
  constexpr double kVertical = 90;
  at::Tensor streak = kernelTensor(models::motionKernel(rain.length, kVertical + rain.angle));
  streak = streak / streak.max();
  const std::int64_t border = std::max(streak.size(0), streak.size(1)) / 2;
  const at::Tensor streaks = stamped(scattered(picture, border, rain.density, random), streak, border);
  return (picture + rain.brightness * streaks.clamp_max(1)).clamp(0, 1);
}

at::Tensor degraded(const at::Tensor& picture, const Snow& snow, Random& random) {
  at::Tensor clear = at::ones({1, picture.size(1), picture.size(2)});
  for (int i = 0; i < kFlakeSizes; ++i) {
    const double radius = std::max(kLeastFlake, snow.radius * (0.5 + 0.5 * i));
    const at::Tensor flake = disc(radius);
    const std::int64_t border = flake.size(0) / 2;
    const double density = snow.coverage / kFlakeSizes / (std::numbers::pi * radius * radius);
    clear = clear * (1 - stamped(scattered(picture, border, density, random), flake, border).clamp_max(1));
  }
  const at::Tensor veil = snow.opacity * (1 - clear);
  const double white = std::uniform_real_distribution<double>(0.85, 1)(random);
  return picture * (1 - veil) + white * veil;
}

}  // namespace heirloom::core
