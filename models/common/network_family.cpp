#include "models/common/network_family.h"

#include <algorithm>
#include <set>

namespace heirloom::models {

std::vector<std::string> misfits(const NamedTensors& expected, const StateDict& tensors,
                                 const std::vector<std::string>& ignorable) {
  std::vector<std::string> unfit;
  std::set<std::string_view> known;
  const auto isIgnorable = [&](const std::string& name) {
    return std::ranges::any_of(ignorable, [&](const std::string& end) { return name.ends_with(end); });
  };
  for (const auto& [name, tensor] : expected) {
    if (isIgnorable(name)) continue;
    known.insert(name);
    if (!tensors.contains(name)) {
      unfit.push_back("missing " + name);
    } else if (tensors.shape(name) != tensor.sizes().vec()) {
      unfit.push_back(name);
    }
  }
  for (const auto& [name, entry] : tensors.entries()) {
    if (!known.contains(name) && !isIgnorable(name)) unfit.push_back(name);
  }
  return unfit;
}

}  // namespace heirloom::models
