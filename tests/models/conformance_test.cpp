// Parity with the reference implementations: the records of conformance/zoo.json whose family is in the table.

#include <torch/types.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "models/registry.h"
#include "tests/models/support/closed_form.h"
#include "tests/support/shared.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using nlohmann::json;

struct Case {
  const char* record;
  const char* family;
};

class Conformance : public testing::TestWithParam<Case> {};

json record(const std::filesystem::path& file, const std::string& name) {
  std::ifstream in(file);
  for (json& candidate : json::parse(in)) {
    if (candidate["name"] == name) return std::move(candidate);
  }
  throw std::runtime_error("no record " + name);
}

// One picture channel of the record's input may be the map of the noise level; the door takes it as a setting, so
// parity of FDnCNN goes through a constant map below.
TEST_P(Conformance, givesTheReferencesValues) {
  REQUIRE_SHARED(file, "conformance/zoo.json");
  const json expected = record(file, GetParam().record);
  const TemporaryFolder folder;
  std::vector<NamedShape> tensors;
  for (const json& entry : expected["state_dict"])
    tensors.push_back({entry[0], entry[1].get<std::vector<std::int64_t>>()});
  writeClosedForm(folder / "weights.safetensors", tensors);

  const auto model = models::open(folder / "weights.safetensors");
  EXPECT_EQ(model->descriptor().family, GetParam().family);
  models::Settings settings(model->descriptor().parameters);
  if (settings.has("noise_level")) settings.set("noise_level", 0.1 * 255);
  models::Observer observer;
  const auto shape = expected["inputs"][0].get<std::vector<std::int64_t>>();
  const at::Tensor input = (closedFormUniform(1000, shape) + 0.5).to(at::kFloat);
  const at::Tensor output = model->start(settings, {}, observer)->restore(input);

  ASSERT_EQ(output.sizes().vec(), expected["out_shape"].get<std::vector<std::int64_t>>());
  const at::Tensor values = at::tensor(expected["out"].get<std::vector<double>>(), at::kDouble).view(output.sizes());
  EXPECT_LT((output.to(at::kDouble) - values).abs().max().item<double>(), 1e-4);
}

INSTANTIATE_TEST_SUITE_P(Zoo, Conformance,
                         testing::Values(Case{"DnCNN(1,1,8,5,R)", "DnCNN"}, Case{"DnCNN(1,1,8,5,BR)", "DnCNN"},
                                         Case{"IRCNN(1,1,8)", "IRCNN"}, Case{"FFDNet(1,1,8,4) 15x17 s=.1", "FFDNet"},
                                         Case{"FFDNet(3,3,8,4) 15x17 s=.1", "FFDNet"}),
                         [](const auto& test) {
                           std::string name = test.param.record;
                           for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
                           return name;
                         });

}  // namespace
}  // namespace heirloom::tests
