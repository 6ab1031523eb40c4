// heirloom-networks, the small program for a machine that has networks and no photos.
#include <torch/types.h>

#include <cstdio>

#include "models/checkpoint/tensors.h"
#include "models/common/random_weights.h"
#include "models/registry.h"
#include "models/srmd/network.h"
#include "tests/cli/workbench.h"

namespace heirloom::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Networks : public Workbench {
 protected:
  /// "shows.safetensors" adds the noise level to the first of each four pixels' red before it halves.
  Networks() {
    std::map<std::string, at::Tensor> weights = models::readSafetensors(folder_ / "half.safetensors");
    weights.at("model.0.weight")[0][12][1][1] = 1.0;
    models::writeSafetensors(folder_ / "shows.safetensors", models::NamedTensors(weights.begin(), weights.end()));
  }

  Ended networks(const std::vector<std::string>& arguments) const {
    return run(arguments, {.program = HEIRLOOM_NETWORKS});
  }
};

TEST_F(Networks, inspectSaysWhatACheckpointIs) {
  const Ended ended = networks({"inspect", "half.safetensors"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out, "FFDNet: 4 convolutions, 16 channels, colour, 8268 parameters, x1, margin 8\n");
}

TEST_F(Networks, forwardGivesWhatTheCommandLineGives) {
  const at::Tensor image = at::rand({2, 3, 10, 8});
  models::writeSafetensors(folder_ / "in.safetensors", models::NamedTensors{{"image", image}});
  const auto result = [&](const std::filesystem::path& program, const std::string& output) {
    const Ended ended = run({"forward", "shows.safetensors", "in.safetensors", output, "--set", "noise_level=51"},
                            {.program = program});
    EXPECT_EQ(ended.code, 0) << ended.err;
    return models::readSafetensors(folder_ / output).at("image");
  };
  const at::Tensor own = result(HEIRLOOM_NETWORKS, "own.safetensors");
  at::Tensor expected = image / 2;
  expected.select(1, 0).slice(1, 0, 10, 2).slice(2, 0, 8, 2).add_(0.1);
  EXPECT_TRUE(at::allclose(own, expected, 1e-5, 1e-6));
  EXPECT_TRUE(at::allclose(own, result({}, "cli.safetensors"), 0, 1e-6));
}

TEST_F(Networks, aMatrixIsATensorBesideThePicture) {
  using namespace heirloom::models;
  const Srmd srmd(SrmdConfig{3, 8, 4, 2, /*noiseMap=*/false});
  writeSafetensors(folder_ / "srmd.safetensors", randomWeights(stateOf(*srmd)));
  const at::Tensor image = at::rand({1, 3, 6, 5});
  const at::Tensor matrix = at::rand({kSrmdCode, kSrmdKernel * kSrmdKernel});
  const auto forward = [&](const NamedTensors& given) {
    writeSafetensors(folder_ / "in.safetensors", given);
    return networks({"forward", "srmd.safetensors", "in.safetensors", "out.safetensors"});
  };
  const Ended ended = forward(NamedTensors{{"image", image}, {"pca", matrix}});
  ASSERT_EQ(ended.code, 0) << ended.err;

  const auto model = models::open(folder_ / "srmd.safetensors");
  const float* values = matrix.const_data_ptr<float>();
  Settings settings(model->descriptor().parameters);
  settings.set("pca",
               Settings::Value(Grid{"", kSrmdCode, kSrmdKernel * kSrmdKernel, {values, values + matrix.numel()}}));
  Observer observer;
  const at::Tensor expected = model->start(settings, {}, observer)->restore(image);
  EXPECT_TRUE(at::allclose(readSafetensors(folder_ / "out.safetensors").at("image"), expected, 0, 1e-6));

  EXPECT_THAT(forward(NamedTensors{{"image", image}}).err, HasSubstr("without its matrix"));
  for (const at::Tensor& unfit : {matrix.t(), matrix[0]}) {
    EXPECT_THAT(forward(NamedTensors{{"image", image}, {"pca", unfit}}).err,
                HasSubstr("pca cannot be a matrix of another size"));
  }
  // What is in it does not matter there.
  EXPECT_EQ(networks({"bench", "srmd.safetensors", "--size", "8", "--runs", "1"}).code, 0);
}

TEST_F(Networks, benchSaysTheMedianAndTheWork) {
  const Ended ended = networks({"bench", "half.safetensors", "--size", "32", "--runs", "1"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  double median = 0;
  double speed = 0;
  long memory = 0;
  ASSERT_EQ(
      std::sscanf(ended.out.c_str(), "FFDNet 32 x 32 float32 on cpu: median %lf ms of 1, %lf GFLOP/s, peak %ld MiB",
                  &median, &speed, &memory),
      3)
      << ended.out;
  EXPECT_GT(median, 0);
  // Two operations a parameter, on a quarter of the pixels; in millions.
  EXPECT_NEAR(median * speed, 2 * 8268 * 16 * 16 / 1e6, 1e-3);
  EXPECT_GT(memory, 20);
}

TEST_F(Networks, aFaultIsOneLineAndAnExitCode) {
  EXPECT_EQ(networks({"forward", "half.safetensors"}).code, 2);
  const auto expectLine = [&](const std::vector<std::string>& arguments, const std::string& words) {
    const Ended ended = networks(arguments);
    EXPECT_EQ(ended.code, 1);
    EXPECT_THAT(ended.err, StartsWith("heirloom-networks: "));
    EXPECT_THAT(ended.err, HasSubstr(words));
    EXPECT_EQ(std::ranges::count(ended.err, '\n'), 1) << ended.err;
  };
  expectLine({"inspect", "missing.safetensors"}, "missing.safetensors");
  expectLine({"bench", "half.safetensors", "--set", "noise_level=999"}, "noise_level cannot be 999");
}

}  // namespace
}  // namespace heirloom::tests
