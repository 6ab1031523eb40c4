// Every layer of every family in bfloat16 beside float64, on what its network gives it. The table in models/README.md
// comes from here: HEIRLOOM_FULL=1 prints it.

#include <gtest/gtest.h>
#include <torch/library.h>
#include <torch/types.h>

#include <algorithm>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <set>

#include "tests/models/support/public_networks.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

constexpr c10::DispatchKey kWatched = c10::DispatchKey::TESTING_ONLY_GenericMode;
/// What rounds more than once: sums and activations alone are left out.
const std::set<std::string> kOperations = {"aten::conv2d",
                                           "aten::conv_transpose2d",
                                           "aten::linear",
                                           "aten::matmul",
                                           "aten::bmm",
                                           "aten::softmax",
                                           "aten::scaled_dot_product_attention",
                                           "aten::layer_norm",
                                           "aten::group_norm",
                                           "aten::batch_norm"};
/// A result that is rounded once lies 0.17 % of its size from the exact one. Weights here are already rounded.
constexpr double kTolerance = 0.01;

struct LayerError {
  std::string operation;
  double relative = 0;  // of the norms
};

std::vector<LayerError>& errors() {
  static std::vector<LayerError> found;
  return found;
}

c10::IValue widened(const c10::IValue& value) {
  if (!value.isTensor() || !value.toTensor().defined() || !value.toTensor().is_floating_point()) return value;
  return value.toTensor().to(at::kDouble);
}

/// Any operation while the key is set: as it would go, and those of a layer once more in float64.
void besideFloat64(const c10::OperatorHandle& operation, torch::jit::Stack* stack) {
  const c10::impl::ExcludeDispatchKeyGuard once(kWatched);
  const bool isLayer = kOperations.contains(operation.schema().name());
  torch::jit::Stack wide;
  if (isLayer) {
    for (const c10::IValue& value : torch::jit::last(*stack, operation.schema().arguments().size()))
      wide.push_back(widened(value));
  }
  operation.callBoxed(stack);
  if (!isLayer || stack->back().toTensor().scalar_type() != at::kBFloat16) return;
  operation.callBoxed(&wide);
  const at::Tensor exact = wide.back().toTensor();
  const double size = exact.norm().item<double>();
  if (size == 0) return;
  const double apart = (stack->back().toTensor().to(at::kDouble) - exact).norm().item<double>();
  errors().push_back({operation.schema().name(), apart / size});
}

TORCH_LIBRARY_IMPL(_, TESTING_ONLY_GenericMode, library) {
  library.fallback(torch::CppFunction::makeFromBoxedFunction<&besideFloat64>());
}

/// As ordinary operations, which alone can be computed in float64, too. What fused ones do is tested by kind of layer.
std::vector<LayerError> errorsOf(const Restorer& model, std::int64_t side) {
  Observer observer;
  const auto session = model.start(usableSettings(model), {.precision = at::kBFloat16, .plain = true}, observer);
  at::manual_seed(5);
  const at::Tensor picture = at::rand({1, model.descriptor().channels, side, side});
  errors().clear();
  const c10::impl::IncludeDispatchKeyGuard watched(kWatched);
  session->restore(picture);
  return std::move(errors());
}

/// Says median and largest of a network under HEIRLOOM_FULL, as a row of the table.
void expectNear(const PublicConfiguration& configuration, std::int64_t side) {
  SCOPED_TRACE(configuration.name);
  std::vector<LayerError> found = errorsOf(*configuration.open(), side);
  ASSERT_FALSE(found.empty()) << "nothing was computed in bfloat16";
  std::ranges::sort(found, {}, &LayerError::relative);
  const LayerError& largest = found.back();
  EXPECT_LT(largest.relative, kTolerance) << largest.operation;
  EXPECT_GT(largest.relative, kTolerance / 100) << "was it computed in bfloat16?";
  if (!std::getenv("HEIRLOOM_FULL")) return;
  std::cout << std::fixed << std::setprecision(2) << "| " << configuration.family << " | " << configuration.name
            << " | " << found.size() << " | " << 100 * found[found.size() / 2].relative << " | "
            << 100 * largest.relative << " | " << largest.operation.substr(largest.operation.rfind(':') + 1) << " |"
            << std::endl;
}

TEST(LayersInBfloat16, stayNearFloat64) {
  expectNear({"DnCNN", "dncnn_25"}, 16);
  expectNear({"SwinIR", "SwinIR_lightweight_x2"}, 16);
  expectNear({"NAFNet", "NAFNet-GoPro-width32"}, 16);
}

class EveryLayerInBfloat16 : public testing::TestWithParam<PublicConfiguration> {};

TEST_P(EveryLayerInBfloat16, staysNearFloat64) {
  if (!std::getenv("HEIRLOOM_FULL")) GTEST_SKIP() << "all of them take minutes: set HEIRLOOM_FULL=1";
  expectNear(GetParam(), 24);
}

INSTANTIATE_TEST_SUITE_P(Families, EveryLayerInBfloat16, testing::ValuesIn(smallConfigurations()),
                         [](const auto& test) { return nameOf(test.param); });
INSTANTIATE_TEST_SUITE_P(Successors, EveryLayerInBfloat16, testing::ValuesIn(successorConfigurations()),
                         [](const auto& test) { return nameOf(test.param); });

}  // namespace
}  // namespace heirloom::tests
