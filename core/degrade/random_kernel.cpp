#include "core/degrade/random_kernel.h"

#include <cmath>
#include <numbers>

namespace heirloom::core {
namespace {

constexpr double kSinc = 0.1;  // how often a blur is a sinc
constexpr Range kGeneralised = {0.5, 4};
constexpr Range kPlateau = {1, 2};

double uniform(double from, double to, Random& random) {
  return std::uniform_real_distribution<double>(from, to)(random);
}

int randomSide(Random& random) {
  return 2 * std::uniform_int_distribution<int>(3, 10)(random) + 1;
}

/// x^T Sigma^-1 x on the grid of a kernel.
at::Tensor distances(int side, double along, double across, double theta) {
  const at::Tensor line = at::arange(side, at::kDouble) - side / 2;
  const at::Tensor y = line.unsqueeze(1), x = line.unsqueeze(0);
  const at::Tensor u = std::cos(theta) * x + std::sin(theta) * y, v = std::cos(theta) * y - std::sin(theta) * x;
  return (u / along).square() + (v / across).square();
}

at::Tensor summingToOne(const at::Tensor& kernel) {
  return (kernel / kernel.sum()).to(at::kFloat);
}

}  // namespace

at::Tensor sincKernel(int side, double omega) {
  const at::Tensor line = (at::arange(side, at::kDouble) - side / 2).square();
  const at::Tensor r = (line.unsqueeze(1) + line).sqrt();
  at::Tensor kernel = omega * at::special_bessel_j1(omega * r) / (2 * std::numbers::pi * r);
  kernel[side / 2][side / 2].fill_(omega * omega / (4 * std::numbers::pi));
  return summingToOne(kernel);
}

at::Tensor finalSinc(Random& random) {
  const int side = randomSide(random);
  return sincKernel(side, uniform(std::numbers::pi / 3, std::numbers::pi, random));
}

at::Tensor randomKernel(Range sigma, Random& random) {
  if (uniform(0, 1, random) < kSinc) {
    constexpr int kSmall = 13;
    const int side = randomSide(random);
    return sincKernel(side, uniform(std::numbers::pi / (side < kSmall ? 3 : 5), std::numbers::pi, random));
  }
  // Round, turned; of the Gaussian, the generalised Gaussian and the plateau.
  const std::size_t shape = std::discrete_distribution<std::size_t>({0.45, 0.25, 0.12, 0.03, 0.12, 0.03})(random);
  const bool round = shape % 2 == 0;
  const int side = randomSide(random);
  const double along = uniform(sigma[0], sigma[1], random);
  const double across = round ? along : uniform(sigma[0], sigma[1], random);
  const at::Tensor distance =
      distances(side, along, across, round ? 0 : uniform(-std::numbers::pi, std::numbers::pi, random));
  if (shape < 2) return summingToOne((-0.5 * distance).exp());
  if (shape < 4) {
    return summingToOne((-0.5 * distance.pow(uniform(kGeneralised[0], kGeneralised[1], random))).exp());
  }
  return summingToOne(1 / (1 + distance.pow(uniform(kPlateau[0], kPlateau[1], random))));
}

}  // namespace heirloom::core
