#include "models/usrnet/network.h"

#include <gtest/gtest.h>

#include <array>

#include "models/checkpoint/tensors.h"
#include "models/registry.h"
#include "tests/models/support/closed_form.h"
#include "tests/models/support/shift.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

// kair.md 8.4: alpha_1, alpha_2, beta_1, beta_2 of the record's network, at sigma 0.03 and scale 2.
TEST(UsrNet, hyperParametersAreTheReferences) {
  UsrNet network(UsrNetConfig{2, 8, {4, 3, {8, 8, 16, 16}, 1}});
  std::vector<NamedShape> tensors;
  for (const auto& item : network->named_parameters()) tensors.push_back({item.key(), item.value().sizes().vec()});
  const torch::NoGradGuard noGrad;
  auto parameters = network->named_parameters();
  for (const auto& [name, values] : closedFormTensors(tensors)) parameters[name].copy_(values);
  const at::Tensor found = network->hyperParameters(at::full({1, 1, 1, 1}, 0.03F), 2).flatten();
  const std::array<double, 4> expected = {0.305720, 0.349520, 1.252194, 1.312228};
  ASSERT_EQ(found.size(0), 4);
  for (int i = 0; i < 4; ++i) EXPECT_NEAR(found[i].item<double>(), expected[static_cast<std::size_t>(i)], 1e-5) << i;
}

/// A USRNet whose prior gives back what it is shown, and whose data steps trust the photo alone: where its result lies
/// follows from its degradation.
std::shared_ptr<const Restorer> withoutPrior() {
  NamedTensors tensors = stateOf(*UsrNet(UsrNetConfig{2, 8, {4, 3, {8, 8, 16, 16}, 1}}));
  for (auto& [name, tensor] : tensors) {
    tensor = at::full(tensor.sizes(), name == "h.mlp.4.bias" ? -7.0 : 0.0, at::kFloat);
    if (name != "p.m_head.weight" && name != "p.m_tail.weight") continue;
    for (int channel = 0; channel < 3; ++channel) tensor[channel][channel][1][1] = 1.0;
  }
  const TemporaryFolder folder;
  writeSafetensors(folder / "usrnet.safetensors", tensors);
  return models::open(folder / "usrnet.safetensors");
}

TEST(UsrNet, resultsOfPhotosLieWhereAnEnlargementLiesAndTheReferencesWhereItDecimates) {
  const auto model = withoutPrior();
  const at::Tensor photo = hill();
  Observer observer;
  for (const bool ofPhotos : {true, false}) {
    Settings settings(model->descriptor().parameters);
    for (const Parameter& parameter : model->descriptor().parameters) {
      if (ofPhotos && !parameter.onPhotos.empty()) settings.set(parameter.name, std::string_view(parameter.onPhotos));
    }
    for (const auto& [scale, kernel] :
         {std::pair{2, "gaussian:1.2"}, std::pair{3, "gaussian:1.8"}, std::pair{4, "gaussian:2.4"}}) {
      settings.set("scale", Settings::Value(std::int64_t{scale}));
      settings.set("kernel", kernel);
      for (const char* ensemble : {"off", "on"}) {
        SCOPED_TRACE(std::string(ofPhotos ? "centre" : "corner") + " x" + std::to_string(scale) + ", ensemble " +
                     ensemble);
        settings.set("ensemble", ensemble);
        const std::array<double, 2> shift = shiftOf(model->start(settings, {}, observer)->restore(photo), photo);
        const double expected = ofPhotos ? 0 : (scale - 1) / 2.0;
        EXPECT_NEAR(shift[0], expected, 0.1);
        EXPECT_NEAR(shift[1], expected, 0.1);
      }
    }
  }
}

}  // namespace
}  // namespace heirloom::tests
