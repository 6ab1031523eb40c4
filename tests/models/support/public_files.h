#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/settings.h"

namespace heirloom::tests {

/// A configuration of the table, by the name of its published file, with random weights.
void writePublicNetwork(const std::filesystem::path& file, const std::string& name);

/// What is known of a network from its names and shapes.
struct NetworkFacts {
  std::string network;
  std::string family;
  bool nearInBfloat16 = false;
  std::vector<models::Parameter> parameters;  // those that every network of its kind gets as well
};

/// Of each family's first public network, and of each algorithm around networks. Families whose networks are folders
/// are not among them.
std::vector<NetworkFacts> factsOfEveryFamily();

}  // namespace heirloom::tests
