// Every public configuration of every family, as a file of its tensors' names and shapes: who takes it, and who says
// no.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <set>

#include "models/checkpoint/tensors.h"
#include "models/registry.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

/// Names and shapes are all that detection may look at, so the values are one shared zero.
void writeShapes(const std::filesystem::path& file, const NamedTensors& weights) {
  NamedTensors shapes;
  for (const auto& [name, tensor] : weights)
    shapes.emplace_back(name, at::zeros({}, tensor.options()).expand(tensor.sizes()));
  writeSafetensors(file, shapes);
}

/// Nobody makes random weights of several gigabytes; these families have tiny folders in tests of their own.
bool isFolderFamily(const Family& family) {
  return family.name == "InstantIR" || family.name == "SDXL";
}

TEST(Confusion, everyPublicConfigurationIsItsOwnFamilysAlone) {
  const TemporaryFolder folder;
  std::set<std::string> names;
  for (const Family& family : families()) {
    const std::vector<PublicNetwork> published = family.published();
    EXPECT_TRUE(!published.empty() || isFolderFamily(family)) << family.name;
    for (const PublicNetwork& network : published) {
      SCOPED_TRACE(std::string(family.name) + " " + network.name);
      EXPECT_TRUE(names.insert(std::string(family.name) + network.name).second);
      const std::filesystem::path file = folder / (network.name + ".safetensors");
      writeShapes(file, network.weights());
      const StateDict tensors = canonicalise(Archive::open(file));
      for (const Family& asked : families()) {
        const Match match = asked.detect(tensors);
        EXPECT_EQ(match.descriptor.has_value(), asked.name == family.name) << asked.name << ": " << match.reason;
        EXPECT_TRUE(match.descriptor || !match.reason.empty()) << asked.name;
      }
      std::filesystem::remove(file);
    }
  }
}

TEST(Confusion, aFileThatLacksOneTensorNamesItsFamilyAndTheTensor) {
  const TemporaryFolder folder;
  for (const Family& family : families()) {
    if (isFolderFamily(family)) continue;
    const PublicNetwork network = family.published().front();
    SCOPED_TRACE(network.name);
    NamedTensors weights = network.weights();
    const std::string lost = weights[weights.size() / 2].first;
    weights.erase(weights.begin() + static_cast<std::ptrdiff_t>(weights.size() / 2));
    writeShapes(folder / "net.safetensors", weights);
    const Inspection inspection = inspect(folder / "net.safetensors");
    ASSERT_EQ(inspection.family, nullptr);
    bool named = false;
    // Chains of convolutions look alike: one of the nearest is the family, and it names the tensor.
    for (std::size_t i = 0; i < std::min<std::size_t>(5, inspection.considered.size()); ++i) {
      const Candidate& near = inspection.considered[i];
      if (near.family != family.name) continue;
      for (const std::string& key : near.match.unfit) named = named || key.find(lost) != std::string::npos;
    }
    EXPECT_TRUE(named) << lost;
  }
}

}  // namespace
}  // namespace heirloom::tests
