#include "models/checkpoint/tensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <limits>

#include "models/common/error.h"
#include "models/common/random_weights.h"
#include "models/ffdnet/network.h"
#include "models/registry.h"
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

TEST(Tensors, weightsThatAreNotNumbersAreNamed) {
  const TemporaryFolder folder;
  const float infinity = std::numeric_limits<float>::infinity();
  for (const auto type : {at::kFloat, at::kHalf, at::kBFloat16, at::kDouble}) {
    at::Tensor broken = at::zeros({3, 4}, type);
    broken[1][2] = std::numeric_limits<float>::quiet_NaN();
    at::Tensor endless = at::zeros({3, 4}, type);
    endless[0][3] = -infinity;
    writeSafetensors(folder / "a.safetensors",
                     NamedTensors{{"0.broken", broken}, {"0.sound", at::ones({2}, type)}, {"1.endless", endless}});
    const StateDict all = canonicalise(Archive::open(folder / "a.safetensors"));
    EXPECT_FALSE(damageOf(all));  // nothing was read
    readTensor(all.under("0"), "sound");
    EXPECT_FALSE(damageOf(all));
    readTensor(all.under("0"), "broken");
    readTensor(all, "1.endless");
    ASSERT_TRUE(damageOf(all));
    EXPECT_THAT(damageOf(all)->english(), HasSubstr("not numbers: 0.broken, 1.endless"));
  }
}

TEST(Tensors, aDamagedCheckpointOpensWithAWarning) {
  const TemporaryFolder folder;
  FfdNet network(FfdNetConfig{1, 4, 3});
  randomise(*network);
  const NamedTensors state = stateOf(*network);
  writeSafetensors(folder / "sound.safetensors", state);
  EXPECT_TRUE(models::open(folder / "sound.safetensors")->warnings().empty());
  state[2].second.data().view(-1)[0] = std::numeric_limits<float>::quiet_NaN();
  writeSafetensors(folder / "broken.safetensors", state);
  const auto broken = models::open(folder / "broken.safetensors");
  ASSERT_EQ(broken->warnings().size(), 1U);
  EXPECT_THAT(broken->warnings()[0].english(), HasSubstr(state[2].first));
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
