#include "models/usrnet/network.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/models/support/closed_form.h"

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

}  // namespace
}  // namespace heirloom::tests
