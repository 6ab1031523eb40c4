#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/settings.h"

namespace heirloom::tests {

/// A configuration of the table, by the name of its published file, with random weights.
void writePublicNetwork(const std::filesystem::path& file, const std::string& name);

/// What a person can set of a network.
struct NetworkParameters {
  std::string network;
  std::vector<models::Parameter> parameters;
};

/// Of each family's first public network, and of each algorithm around networks. Families whose networks are folders
/// are not among them.
std::vector<NetworkParameters> parametersOfEveryFamily();

}  // namespace heirloom::tests
