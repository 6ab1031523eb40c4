#include "tests/models/support/public_files.h"

#include <stdexcept>

#include "models/checkpoint/tensors.h"
#include "models/common/colour_fix.h"
#include "models/common/ensemble.h"
#include "models/dpir/dpir.h"
#include "models/registry.h"

namespace heirloom::tests {
namespace {

/// Names and shapes, in no file.
models::StateDict stateDictOf(const models::PublicNetwork& network) {
  std::vector<std::pair<std::string, models::TensorEntry>> entries;
  for (const auto& [name, tensor] : network.shapes()) {
    models::TensorEntry entry;
    entry.dtype = tensor.is_floating_point() ? models::DType::Float32 : models::DType::Int64;
    entry.shape = tensor.sizes().vec();
    entries.emplace_back(name, std::move(entry));
  }
  return {nullptr, std::move(entries)};
}

/// With what every network of its kind can do.
models::Descriptor described(const models::Family& family, const models::PublicNetwork& network) {
  models::Match match = family.detect(stateDictOf(network));
  if (!match.descriptor) throw std::runtime_error(network.name + ": " + match.reason);
  models::Descriptor descriptor = std::move(*match.descriptor);
  if (descriptor.mayShiftColours) descriptor = models::withColourFix(std::move(descriptor));
  return descriptor.deterministic ? models::withEnsemble(std::move(descriptor)) : descriptor;
}

}  // namespace

void writePublicNetwork(const std::filesystem::path& file, const std::string& name) {
  for (const models::Family& family : models::families()) {
    for (const models::PublicNetwork& network : family.published()) {
      if (network.name == name) return models::writeSafetensors(file, network.weights());
    }
  }
  throw std::runtime_error("no network " + name);
}

std::vector<NetworkFacts> factsOfEveryFamily() {
  std::vector<NetworkFacts> all;
  const auto add = [&](const std::string& network, const models::Descriptor& descriptor) {
    all.push_back({network, descriptor.family, descriptor.nearInBfloat16, descriptor.parameters});
  };
  for (const models::Family& family : models::families()) {
    const std::vector<models::PublicNetwork> published = family.published();
    if (!published.empty()) add(published.front().name, described(family, published.front()));
  }
  for (const models::Algorithm& algorithm : models::dpirAlgorithms())
    add(algorithm.name, algorithm.restorer->descriptor());
  return all;
}

}  // namespace heirloom::tests
