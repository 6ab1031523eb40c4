#pragma once

#include <torch/types.h>

#include <filesystem>
#include <functional>
#include <string>

#include "models/checkpoint/tensors.h"
#include "tests/models/instantir/diffusion_folder.h"
#include "tests/models/instantir/tiny_folder.h"

namespace heirloom::tests {

/// InstantIR's folder with tiny networks.
class InstantIrFolder : public DiffusionFolder {
 protected:
  InstantIrFolder() { writeTinyInstantIr(folder.path()); }

  std::string complaint() const { return DiffusionFolder::complaint(folder.path()); }
  /// The file's tensors, changed, in its place.
  void rewrite(const char* file, const std::function<std::string(const std::string&)>& rename) const {
    models::NamedTensors changed;
    for (const auto& [name, tensor] : models::readSafetensors(folder / file)) {
      if (const std::string key = rename(name); !key.empty()) changed.emplace_back(key, tensor);
    }
    models::writeSafetensors(folder / "changed", changed);
    std::filesystem::rename(folder / "changed", folder / file);
  }
};

}  // namespace heirloom::tests
