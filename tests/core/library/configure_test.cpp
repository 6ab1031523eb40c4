#include "core/library/configure.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/engine/run.h"
#include "models/checkpoint/tensors.h"
#include "models/common/random_weights.h"
#include "tests/core/support/checkpoints.h"
#include "tests/models/support/tiny_drunet.h"
#include "tests/support/shared.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::core {
namespace {

using testing::HasSubstr;

models::NamedTensors published(std::string_view family, const std::string& name) {
  for (const models::Family& row : models::families()) {
    if (row.name != family) continue;
    for (const models::PublicNetwork& network : row.published()) {
      if (network.name == name) return network.weights();
    }
  }
  throw std::runtime_error("no network " + name);
}

class Configure : public testing::Test {
 protected:
  Configure() : library_({folder_.path()}) {
    models::writeSafetensors(folder_ / "denoiser.safetensors", published("FDnCNN", "fdncnn_color"));
  }
  std::string refusal(const std::string& model, const std::map<std::string, std::string>& settings) {
    try {
      configure(library_, model, settings, Protocol::Reference);
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  }
  tests::TemporaryFolder folder_;
  ModelLibrary library_;
};

TEST_F(Configure, anAlgorithmGetsItsDenoiserFromTheLibrary) {
  const ConfiguredModel model = configure(
      library_, "dpir-sr", {{"denoiser", "denoiser"}, {"scale", "3"}, {"kernel", "motion:9,30"}}, Protocol::Reference);
  EXPECT_EQ(model.settings.model("denoiser").model, library_.open("denoiser"));
  EXPECT_EQ(model.settings.grid("kernel").text, "motion:9,30");
  EXPECT_EQ(model.descriptor.scale, 3);
  EXPECT_EQ(model.descriptor.channels, 3);
  EXPECT_EQ(model.settings.choice("surroundings"), "circular");
  EXPECT_EQ(model.settings.choice("alignment"), "corner");
}

TEST_F(Configure, aKernelThatIsWrittenOutSaysThatItWasScaled) {
  const auto notes = [&](const char* kernel) {
    return configure(library_, "dpir-sr", {{"denoiser", "denoiser"}, {"kernel", kernel}}, Protocol::Reference).notes;
  };
  EXPECT_TRUE(notes("grid:3x1:0.25,0.5,0.25").empty());
  const auto scaled = notes("grid:3x1:1,2,1");
  ASSERT_EQ(scaled.size(), 1U);
  EXPECT_EQ(scaled.front().english(), "the blur kernel summed to 4 and was scaled to 1");
}

TEST_F(Configure, photosGetWhatTheNetworkNamesForThem) {
  const ConfiguredModel model = configure(library_, "dpir-sr", {{"denoiser", "denoiser"}}, Protocol::Photos);
  EXPECT_EQ(model.settings.choice("surroundings"), "mirrored");
  EXPECT_EQ(model.settings.choice("alignment"), "centre");
  const ConfiguredModel own =
      configure(library_, "dpir-sr", {{"denoiser", "denoiser"}, {"surroundings", "circular"}}, Protocol::Photos);
  EXPECT_EQ(own.settings.choice("surroundings"), "circular");
}

TEST_F(Configure, wrongValuesAreNamed) {
  tests::writeDnCnn(folder_ / "blind.safetensors", 3, 0);
  EXPECT_THAT(refusal("dpir-deblur", {{"denoiser", "blind"}}), HasSubstr("takes no noise level"));
  // These take a noise level, but none of them gives a picture of the same size without its noise.
  models::writeSafetensors(folder_ / "enlarger.safetensors", published("DPSR", "dpsr_x2"));
  models::writeSafetensors(folder_ / "usrnet.safetensors", published("USRNet", "usrnet_tiny"));
  tests::writeTinyDrunet(folder_ / "drunet_deblocking_gray.safetensors");
  for (const char* other : {"enlarger", "usrnet", "drunet_deblocking_gray", "dpir-inpaint"}) {
    EXPECT_THAT(refusal("dpir-deblur", {{"denoiser", other}}), HasSubstr("made for something else than noise"));
  }
  tests::writeTinyDrunet(folder_ / "drunet_gray.safetensors");
  EXPECT_EQ(refusal("dpir-deblur", {{"denoiser", "drunet_gray"}}), "");
  EXPECT_THAT(refusal("dpir-deblur", {{"denoiser", "nobody"}}), HasSubstr("nobody"));
  EXPECT_THAT(refusal("dpir-deblur", {{"kernel", "gaussian:-1"}}), HasSubstr("kernel cannot be gaussian:-1"));
  EXPECT_THAT(refusal("dpir-deblur", {{"sharpness", "1"}}), HasSubstr("no setting named sharpness"));
}

TEST_F(Configure, dpsrTakesNetworksOfDpsrAndTheirScale) {
  models::writeSafetensors(folder_ / "prior.safetensors", published("DPSR", "dpsr_x2"));
  const ConfiguredModel model =
      configure(library_, "dpsr", {{"denoiser", "prior"}, {"iterations", "1"}}, Protocol::Reference);
  EXPECT_EQ(model.descriptor.scale, 2);
  // Before anything is run: whether the result fits its format, and what -s may be.
  const Recipe recipe{{{"dpsr", {{"denoiser", "prior"}}, 1}}};
  EXPECT_EQ(scaleOf(library_, recipe), 2);
  models::Observer observer;
  const at::Tensor result = model.network->start(model.settings, {}, observer)->restore(at::rand({1, 3, 25, 27}));
  EXPECT_EQ(result.sizes(), at::IntArrayRef({1, 3, 50, 54}));
  EXPECT_THAT(refusal("dpsr", {{"denoiser", "denoiser"}}), HasSubstr("no network of DPSR"));
  for (const char* other : {"dpir-sr", "dpir-sr-real"})
    EXPECT_THAT(refusal("dpsr", {{"denoiser", other}}), HasSubstr("no network of DPSR"));
}

TEST_F(Configure, algorithmsAreListedAndNamedLikeModels) {
  EXPECT_EQ(library_.find("dpir-inpaint").descriptor.family, "DPIR");
  EXPECT_TRUE(std::ranges::any_of(library_.list(), [](const auto& model) { return model.name == "dpir-demosaic"; }));
}

TEST_F(Configure, aMatrixIsFoundBesideTheCheckpointOrInAFolder) {
  REQUIRE_SHARED(matrix, "testsets/kernels/PCA_P.mat");
  models::writeSafetensors(folder_ / "srmd.safetensors", published("SRMD", "srmd_x2"));
  EXPECT_TRUE(configure(library_, "srmd", {}, Protocol::Reference).settings.grid("pca").empty());
  std::filesystem::copy_file(matrix, folder_ / "srmd_pca_matlab.mat");
  const ConfiguredModel found = configure(library_, "srmd", {}, Protocol::Reference);
  EXPECT_EQ(found.settings.grid("pca").rows, 15);
  EXPECT_EQ(found.settings.grid("pca").columns, 225);
}

TEST_F(Configure, blendingMixesTwoCheckpointsTensorByTensor) {
  tests::writeDnCnn(folder_ / "zero.safetensors", 3, 0);
  tests::writeDnCnn(folder_ / "one.safetensors", 3, 1);
  const at::Tensor picture = at::rand({1, 3, 8, 8});
  const auto restored = [&](const std::map<std::string, std::string>& settings) {
    models::Observer observer;
    const ConfiguredModel model = configure(library_, "zero", settings, Protocol::Reference);
    return model.network->start(model.settings, {}, observer)->restore(picture);
  };
  tests::writeDnCnn(folder_ / "half.safetensors", 3, 0.5);
  models::Observer observer;
  const ConfiguredModel half = configure(library_, "half", {}, Protocol::Reference);
  EXPECT_TRUE(at::allclose(restored({{"blend", "one:0.5"}}),
                           half.network->start(half.settings, {}, observer)->restore(picture)));
  EXPECT_TRUE(at::allclose(restored({{"blend", "one:0"}}), restored({})));
  EXPECT_FALSE(at::allclose(restored({{"blend", "one:1"}}), restored({})));
}

TEST_F(Configure, onlyCheckpointsOfOneNetworkBlend) {
  tests::writeDnCnn(folder_ / "zero.safetensors", 3, 0);
  EXPECT_THAT(refusal("zero", {{"blend", "denoiser:0.5"}}), HasSubstr("not two checkpoints of one network: model."));
  EXPECT_THAT(refusal("zero", {{"blend", "denoiser"}}), HasSubstr("blend cannot be denoiser"));
  EXPECT_THAT(refusal("zero", {{"blend", "denoiser:2"}}), HasSubstr("blend cannot be denoiser:2"));
  EXPECT_THAT(refusal("zero", {{"blend", "dpir-sr:0.5"}}), HasSubstr("no weights"));
}

}  // namespace
}  // namespace heirloom::core
