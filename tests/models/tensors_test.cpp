#include "models/checkpoint/tensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "models/common/error.h"
#include "models/common/random_weights.h"
#include "models/ffdnet/network.h"
#include "tests/support/shared.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using testing::AllOf;
using testing::HasSubstr;

TEST(Tensors, everyPrecisionAndLayoutComesBack) {
  const TemporaryFolder folder;
  NamedTensors written;
  for (const auto type : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong, at::kInt, at::kShort, at::kChar,
                          at::kByte, at::kBool}) {
    written.emplace_back(c10::toString(type), (at::rand({3, 5}) * 100).to(type).t());  // not contiguous
  }
  written.emplace_back("scalar", at::scalar_tensor(2.5));
  written.emplace_back("empty", at::empty({0, 4}));
  writeSafetensors(folder / "all.safetensors", written, {{"title", "all kinds"}});
  const auto read = readSafetensors(folder / "all.safetensors");
  ASSERT_EQ(read.size(), written.size());
  for (const auto& [name, tensor] : written) EXPECT_TRUE(at::equal(read.at(name), tensor)) << name;
}

std::string refusal(torch::nn::Module& module, const NamedTensors& tensors,
                    const std::vector<std::string>& ignorable = {}) {
  const TemporaryFolder folder;
  writeSafetensors(folder / "net.safetensors", tensors);
  try {
    loadStrict(module, canonicalise(Archive::open(folder / "net.safetensors")), ignorable);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

TEST(Tensors, strictLoadingListsEveryMisfit) {
  FfdNet network(FfdNetConfig{1, 4, 3});
  randomise(*network);
  NamedTensors tensors = stateOf(*network);
  EXPECT_EQ(refusal(*network, tensors), "");
  tensors[0].second = at::zeros({4, 5, 1, 1});
  tensors[3].first = "model.2.bais";
  EXPECT_THAT(refusal(*network, tensors),
              AllOf(HasSubstr("missing model.2.bias"), HasSubstr("model.0.weight [4, 5, 1, 1] instead of [4, 5, 3, 3]"),
                    HasSubstr("left over model.2.bais"), HasSubstr("net.safetensors")));
}

TEST(Tensors, declaredKeysMayBeLeftOver) {
  FfdNet network(FfdNetConfig{1, 4, 3});
  randomise(*network);
  NamedTensors tensors = stateOf(*network);
  tensors.emplace_back("model.1.num_batches_tracked", at::zeros({}, at::kLong));
  EXPECT_NE(refusal(*network, tensors), "");
  EXPECT_EQ(refusal(*network, tensors, {"num_batches_tracked"}), "");
}

TEST(Tensors, publishedWeightsHaveTheirSum) {
  REQUIRE_SHARED(file, "checkpoints/dncnn_25.pth");
  const StateDict weights = canonicalise(Archive::open(file));
  double sum = 0;
  double magnitude = 0;
  std::int64_t count = 0;
  for (const auto& [name, entry] : weights.entries()) {
    const at::Tensor tensor = readTensor(weights, name).to(at::kDouble);
    sum += tensor.sum().item<double>();
    magnitude += tensor.abs().sum().item<double>();
    count += tensor.numel();
  }
  EXPECT_EQ(count, 555'137);
  EXPECT_NEAR(sum, -464.571679, 1e-4);
  EXPECT_NEAR(magnitude, 20690.757703, 1e-4);
}

}  // namespace
}  // namespace heirloom::tests
