#include "core/engine/damage_estimate.h"

#include <numeric>

namespace heirloom::core {

std::optional<DamageEstimate> estimateDamage(std::span<const double> changes) {
  if (changes.size() < 2) return std::nullopt;
  const double sum = std::accumulate(changes.begin(), changes.end(), 0.0);
  return DamageEstimate{sum, sum < kMediumDamage ? Damage::Light : sum < kHeavyDamage ? Damage::Medium : Damage::Heavy};
}

}  // namespace heirloom::core
