#pragma once

#include <optional>
#include <span>

namespace heirloom::core {

enum class Damage { Light, Medium, Heavy };

struct DamageEstimate {
  double value = 0;  // the previews' way, see estimateDamage
  Damage damage = Damage::Light;
};

/// From here on an estimate is medium, and heavy.
inline constexpr double kMediumDamage = 0.25;
inline constexpr double kHeavyDamage = 0.75;

/// How damaged a photo is by what a diffusion's previews say of it. That their variance over a run tells it is from
/// Huang et al., "InstantIR", 2024 (instantir.md 3), which gives neither a formula nor a scale for a reading; both are
/// ours. `changes`: mean squared differences from each preview to the next, in latents whose own variance is about 1.
/// Their sum is what the previews moved in all: next to nothing where the first guess was right, and 1 where it was as
/// far from the last as a latent is from the mean of all. More steps each move less, so that their number matters
/// little. The bounds divide that unit by quarters and are fitted to no set of photos. Empty for less than two changes.
std::optional<DamageEstimate> estimateDamage(std::span<const double> changes);

}  // namespace heirloom::core
