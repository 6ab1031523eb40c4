#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/checkpoint/state_dict.h"

namespace heirloom::models {

/// As `canonicalise(archive)`, with `node` of the archive's tree, or one made from its tensors, in place of the root.
StateDict canonicalise(std::shared_ptr<const Archive> archive, const Node& node);

/// The tensors of the file's network: `canonicalise`, and where the file also holds their moving average (a dictionary
/// called so, with the same names and shapes), that average, which is what is published.
StateDict preferredWeights(const std::shared_ptr<const Archive>& archive);

/// What may be a network of its own in a file of several things.
struct Part {
  std::string name;  // as the file's keys lead to it: "netG", "state_dict.netG"
  StateDict tensors;
};

/// The parts of a file, an outer one before those in it: dictionaries that hold tensors, and tensors below a name that
/// training programs give whole networks ("generator."). In TorchScript, where dictionaries are modules, the latter
/// only. States of optimizers are left out, and what is beyond `kMostParts`.
std::vector<Part> partsOf(const std::shared_ptr<const Archive>& archive);
inline constexpr std::size_t kMostParts = 64;

/// What a name that speaks of a moving average is the average of: "netG" of "netG_ema", "model" of "ema_model", "" of
/// "ema"; nothing of other names.
std::optional<std::string> averagedName(std::string_view name);

/// Whether both have the same names and shapes.
bool sameTensors(const StateDict& a, const StateDict& b);

}  // namespace heirloom::models
