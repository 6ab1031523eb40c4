#include "models/restorevar/cost.h"

#include <numeric>

namespace heirloom::models {
namespace {

double square(double x) {
  return x * x;
}

/// Parts of the autoencoder on a map of `side`.
struct Map {
  double side;
  double pixels() const { return square(side); }
  double convolution(double in, double out) const { return 9 * in * out * pixels(); }
  double resBlock(double in, double out) const {
    return convolution(in, out) + convolution(out, out) + (in == out ? 0 : in * out * pixels());
  }
  double attention(double width) const { return (4 * square(width) + 2 * pixels() * width) * pixels(); }
  double middle(double width) const { return 2 * resBlock(width, width) + attention(width); }
};

double levels(const RestoreVarConfig& config, bool decodes) {
  const VqVaeConfig& vae = config.vae;
  const std::size_t count = vae.multipliers.size();
  const double widest = vae.channels * vae.multipliers.back();
  double sum = 0;
  double width = decodes ? widest : vae.channels;
  for (std::size_t n = 0; n < count; ++n) {
    const std::size_t level = decodes ? count - 1 - n : n;
    const Map map{static_cast<double>(config.side() >> level)};
    const double out = vae.channels * vae.multipliers[level];
    const int blocks = decodes ? vae.blocks + 1 : vae.blocks;
    sum += map.resBlock(width, out) + (blocks - 1) * map.resBlock(out, out);
    if (level + 1 == count) sum += blocks * map.attention(out);
    if (decodes && level > 0) sum += Map{2 * map.side}.convolution(out, out);
    if (!decodes && level + 1 < count) sum += Map{map.side / 2}.convolution(out, out);
    width = out;
  }
  const Map coarse{static_cast<double>(config.var.grid())}, fine{static_cast<double>(config.side())};
  return sum + coarse.middle(widest) + coarse.convolution(vae.latent, widest) + fine.convolution(3, vae.channels);
}

}  // namespace

double RestoreVarCost::total() const {
  return encoder + condition + std::accumulate(scales.begin(), scales.end(), 0.0) + refiner + decoder;
}

std::uint64_t squareBytes(const RestoreVarConfig& config) {
  constexpr double kPictures = 6;  // at once in a residual block, with what its convolutions take
  const VarConfig& var = config.var;
  const double widest = square(config.side()) * config.vae.channels * config.vae.multipliers.front();
  const double cached = 2.0 * var.depth * var.width * (var.tokens() + square(var.grid()));
  return static_cast<std::uint64_t>(sizeof(float) * (kPictures * widest + cached));
}

RestoreVarCost costOf(const RestoreVarConfig& config) {
  const VarConfig& var = config.var;
  const double c = var.width, z = config.vae.latent, picture = square(var.grid()), all = var.tokens();
  const Map grid{static_cast<double>(var.grid())};
  RestoreVarCost cost;
  cost.encoder = levels(config, false);
  cost.decoder = levels(config, true) + grid.convolution(z, z);
  cost.condition = picture * (z * z + z * c + var.depth * 2 * c * c) + z * c;
  double seen = 0;
  for (int scale = 0; scale < var.scales(); ++scale) {
    const double tokens = square(var.sides[static_cast<std::size_t>(scale)]);
    seen += tokens;
    const double block = 6 * c * c + 2 * c * var.hidden + 2 * c * (seen + picture);
    cost.scales.push_back(tokens * (var.depth * block + c * config.vae.vocabulary + (scale > 0 ? z * c : 0)) +
                          grid.convolution(z, z));
  }
  const double w = var.refiner.width;
  const double layer = picture * (6 * w * w + 2 * w * var.refiner.hidden + 2 * w * (picture + all)) + all * 2 * w * w;
  cost.refiner = var.refiner.depth * layer + picture * 2 * z * w + all * c * w;
  return cost;
}

}  // namespace heirloom::models
