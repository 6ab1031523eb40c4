// Weights go from their file to where they are used, and through float32 only where something is made of them.

#include "models/common/weight_source.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/common/convolution.h"
#include "models/common/linear.h"
#include "models/cuda.h"
#include "models/placement.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;

constexpr std::int64_t kInputs = 32, kOutputs = 48;

/// Gives the same two tensors whenever it is asked.
WeightSource sourceOf(const at::Tensor& weight, const at::Tensor& bias) {
  return [weight, bias](const std::string& name) { return name == "bias" ? bias : weight; };
}

TEST(PlacedWeights, areTheFilesOwnWhereTheLayerOnlyConvertsThem) {
  const torch::NoGradGuard noGrad;
  const Placement placement{.precision = at::kBFloat16, .plain = true};
  const at::Tensor matrix = at::randn({kOutputs, kInputs}).to(at::kBFloat16),
                   bias = at::randn({kOutputs}).to(at::kHalf);
  Linear linear(kInputs, kOutputs);
  loadPlaced(*linear, sourceOf(matrix, bias), placement);
  EXPECT_TRUE(linear->weight.is_alias_of(matrix));
  EXPECT_EQ(linear->bias.scalar_type(), at::kBFloat16);
  const at::Tensor kernel = matrix.view({kOutputs, kInputs, 1, 1});
  Convolution convolution(ConvolutionOptions{.in = kInputs, .out = kOutputs, .kernel = 1});
  loadPlaced(*convolution, sourceOf(kernel, bias), placement);
  EXPECT_TRUE(convolution->weight.is_alias_of(kernel));
}

/// A layer that computes something of its bias and leaves it where it is.
class Leaving : public Layer {
 public:
  Leaving() : bias(register_parameter("bias", at::empty({kOutputs}))) {}
  void place(const Placement&) override {}
  at::Tensor bias;
};

TEST(PlacedWeights, thatALayerLeavesGoToTheDeviceAsWell) {
  if (!openCuda().available) GTEST_SKIP() << "no GPU on this machine";
  const auto layer = std::make_shared<Leaving>();
  const at::Tensor bias = at::randn({kOutputs});
  loadPlaced(*layer, sourceOf({}, bias), {at::kCUDA});
  EXPECT_TRUE(layer->bias.is_cuda());
  EXPECT_TRUE(at::equal(layer->bias.cpu(), bias));
}

/// A quarter more than a network may leave behind. What is returned lies above, so that it is not simply cut off.
std::vector<char> muchThatWasFreed() {
  constexpr std::size_t kBytes = 640 << 20, kBlock = 100'000;  // too small for the system to be asked for each
  std::vector<std::vector<char>> blocks;
  for (std::size_t bytes = 0; bytes < kBytes; bytes += kBlock) blocks.emplace_back(kBlock, 'x');
  return std::move(blocks.back());
}

TEST(PlacedWeights, ofWholeNetworksGiveBackWhatWasFreedAndThoseOfBlocksDoNot) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers have an allocator of their own";
#endif
  constexpr std::uint64_t kMost = 512 << 20;
  const WeightSource source = sourceOf(at::randn({kOutputs, kInputs}), at::randn({kOutputs}));
  Linear block(kInputs, kOutputs), network(kInputs, kOutputs);
  const std::vector<char> above = muchThatWasFreed();
  ASSERT_GT(keptMemory(), kMost);
  loadPlaced(partsOf(*block), source, {});
  EXPECT_GT(keptMemory(), kMost);
  loadPlaced(*network, source, {});
  EXPECT_LT(keptMemory(), kMost);
}

TEST(PlacedWeights, giveTheSameBitsInWhateverTypeTheyWereStored) {
  const torch::NoGradGuard noGrad;
  const at::Tensor tokens = at::randn({2, 5, kInputs}),
                   picture = at::randn({1, kInputs, 9, 7}).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor bias = at::randn({kOutputs});
  const ConvolutionOptions whole{.in = kInputs, .out = kOutputs};
  ConvolutionOptions folded = whole;
  folded.gain = 0.3;
  for (const at::ScalarType stored : {at::kFloat, at::kHalf, at::kBFloat16}) {
    const at::Tensor matrix = at::randn({kOutputs, kInputs}).to(stored);
    const at::Tensor kernel = at::randn({kOutputs, kInputs, 3, 3}).to(stored);
    for (const Placement& placement :
         {Placement{}, Placement{.precision = at::kBFloat16}, Placement{.precision = at::kBFloat16, .plain = true},
          Placement{.plain = true}}) {
      SCOPED_TRACE(std::string(c10::toString(stored)) + " to " + c10::toString(placement.precision) +
                   (placement.plain ? ", plain" : ""));
      Linear linear(kInputs, kOutputs), widenedLinear(kInputs, kOutputs);
      loadPlaced(*linear, sourceOf(matrix, bias.to(stored)), placement);
      loadPlaced(*widenedLinear, sourceOf(matrix.to(at::kFloat), bias.to(stored).to(at::kFloat)), placement);
      EXPECT_TRUE(at::equal(linear->forward(tokens), widenedLinear->forward(tokens)));
      for (const ConvolutionOptions& options : {whole, folded}) {
        Convolution convolution(options), widened(options);
        loadPlaced(*convolution, sourceOf(kernel, bias.to(stored)), placement);
        loadPlaced(*widened, sourceOf(kernel.to(at::kFloat), bias.to(stored).to(at::kFloat)), placement);
        EXPECT_TRUE(at::equal(convolution->forward(picture), widened->forward(picture))) << options.gain;
      }
    }
  }
}

}  // namespace
}  // namespace heirloom::tests
