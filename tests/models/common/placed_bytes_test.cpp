#include "models/common/placed_bytes.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "models/common/convolution.h"
#include "models/common/random_weights.h"
#include "models/kernels/convolution_kernel.h"
#include "tests/models/support/failing_allocator.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

constexpr std::uint64_t kBiasAndPages = 8192;  // that a layer holds beside its weights

TensorEntry kernelsOf(int in, int out, int side = 3) {
  return {.shape = {out, in, side, side}};
}

/// Bytes that a placed convolution holds.
std::int64_t heldBy(int in, int out, const Placement& placement) {
  FailingAllocator allocator(std::int64_t{1} << 40);
  const std::int64_t before = allocator.spent();
  Convolution layer(ConvolutionOptions{.in = in, .out = out});
  randomise(*layer);
  layer->place(placement);
  layer->dropUnpacked();
  return allocator.spent() - before;
}

TEST(PlacedBytes, areWhatOurKernelsPack) {
  const torch::NoGradGuard noGrad;
  int packed = 0;
  for (const at::ScalarType precision : {at::kFloat, at::kBFloat16}) {
    const Placement placement{.precision = precision};
    for (const auto& [in, out] : {std::pair{17, 33}, {20, 100}, {64, 64}, {180, 180}, {256, 256}}) {
      if (convolutionKernel(precision, in, out) == ConvolutionKernel::None) continue;
      const std::uint64_t expected = placedBytes(kernelsOf(in, out), placement);
      const auto held = static_cast<std::uint64_t>(heldBy(in, out, placement));
      EXPECT_GE(held, expected) << in << " -> " << out << " in " << precision;
      EXPECT_LE(held, expected + kBiasAndPages) << in << " -> " << out << " in " << precision;
      ++packed;
    }
  }
  if (packed == 0) GTEST_SKIP() << "no kernel of ours runs on this processor";
}

TEST(PlacedBytes, areThoseOfThePrecisionOtherwise) {
  const std::uint64_t values = 64 * 64 * 9;
  EXPECT_EQ(placedBytes(kernelsOf(64, 64), {.plain = true}), 4 * values);
  EXPECT_EQ(placedBytes(kernelsOf(64, 64), {.precision = at::kHalf}), 2 * values);
  EXPECT_EQ(placedBytes(kernelsOf(64, 64), {.device = at::kCUDA, .precision = at::kBFloat16}), 2 * values);
  EXPECT_EQ(placedBytes(kernelsOf(64, 64, 1), {}), std::uint64_t{4 * 64 * 64});
}

}  // namespace
}  // namespace heirloom::tests
