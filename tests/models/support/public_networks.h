#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/checkpoint/tensors.h"
#include "models/restorer.h"

namespace heirloom::tests {

/// A configuration of the table by family and name, or a narrow one where the table's are large, and what it is when it
/// was opened from a file of random weights.
struct PublicConfiguration {
  std::string family;
  std::string name;
  double tolerance = 1e-4;  // of fused and plain: how far rounding is carried, relative to the largest value
  std::function<models::NamedTensors()> weights = {};  // of a configuration that is not in the table

  /// Written into a temporary file, detected and loaded.
  std::shared_ptr<const models::Restorer> open() const;
};

/// Random weights of what lies before, in and behind two blocks of one of RRDB's public files.
models::NamedTensors twoBlocksOf(const std::string& published);

/// For each family the small configurations of every form that computes something of its own.
std::vector<PublicConfiguration> smallConfigurations();

/// The same of the families that came after KAIR's list.
std::vector<PublicConfiguration> successorConfigurations();

/// Name of a test's case: letters, digits and underscores.
std::string nameOf(const PublicConfiguration& configuration);

/// The defaults, with what has none: a blur kernel that fits any picture, SRMD's matrix.
models::Settings usableSettings(const models::Restorer& model);

}  // namespace heirloom::tests
