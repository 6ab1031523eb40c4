#include <torch/types.h>

#include "models/checkpoint/tensors.h"
#include "models/common/drawn_noise.h"
#include "models/registry.h"
#include "tests/cli/workbench.h"
#include "tests/models/instantir/tiny_folder.h"
#include "tests/models/instantir/watching.h"
#include "tests/models/restorevar/tiny_folder.h"
#include "tests/models/support/tiny_drunet.h"

namespace heirloom::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class Forward : public Workbench {
 protected:
  Forward() { writeNetwork(folder_ / "double.safetensors", {.gain = 2}); }

  at::Tensor result(const std::string& name = "out.safetensors") const {
    return models::readSafetensors(folder_ / name).at("image");
  }
  at::Tensor store(const std::string& name, const at::Tensor& image, const models::NamedTensors& more = {}) const {
    models::NamedTensors tensors = {{"image", image}};
    tensors.insert(tensors.end(), more.begin(), more.end());
    models::writeSafetensors(folder_ / name, tensors);
    return image;
  }
};

TEST_F(Forward, runsTheBareNetworkWithoutClamping) {
  const at::Tensor image = store("in.safetensors", at::rand({2, 3, 9, 7}));
  const Ended ended = run({"forward", "double.safetensors", "in.safetensors", "out.safetensors", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_TRUE(at::allclose(result(), image * 2, 1e-5, 1e-6));
  EXPECT_GT(result().max().item<float>(), 1.5F);
  EXPECT_EQ(ended.json()["shape"], (std::vector<int>{2, 3, 9, 7}));
}

TEST_F(Forward, takesAPictureAsItsSamplesAre) {
  picture("photo.png");
  ASSERT_EQ(run({"forward", "half.safetensors", "photo.png", "out.safetensors"}).code, 0);
  EXPECT_NEAR(result()[0][0][3][30].item<float>() * 2, firstSample(folder_ / "photo.png", 30, 3), 1e-6);
}

TEST_F(Forward, readsColourAsGreyForAGreyNetworkAsOpenCvDoes) {
  writeNetwork(folder_ / "grey.safetensors", {.channels = 1, .features = 8});
  const fs::path source = picture("photo.png");
  ASSERT_EQ(run({"forward", "grey.safetensors", "photo.png", "out.safetensors"}).code, 0);
  const core::Photo photo = core::readPhoto(source);
  const auto rgb = photo.raster->samples<std::uint8_t>(3).subspan(30 * 3, 3);
  const int grey = (rgb[0] * 4899 + rgb[1] * 9617 + rgb[2] * 1868 + 8192) >> 14;
  EXPECT_EQ(result().size(1), 1);
  EXPECT_NEAR(result()[0][0][3][30].item<float>(), static_cast<float>(grey) / 255, 1e-6);
}

/// A network that shows its noise level: the map's weight reaches the output.
TEST_F(Forward, givesEveryPictureItsOwnNoiseLevel) {
  std::map<std::string, at::Tensor> weights = models::readSafetensors(folder_ / "double.safetensors");
  weights.at("model.0.weight")[0][12][1][1] = 1.0;
  models::NamedTensors tensors(weights.begin(), weights.end());
  models::writeSafetensors(folder_ / "shows.safetensors", tensors);
  store("in.safetensors", at::zeros({2, 3, 4, 4}), {{"noise_level", at::tensor({0.1F, 0.2F})}});
  ASSERT_EQ(run({"forward", "shows.safetensors", "in.safetensors", "out.safetensors"}).code, 0);
  EXPECT_NEAR(result()[0][0][0][0].item<float>(), 0.2F, 1e-6);
  EXPECT_NEAR(result()[1][0][0][0].item<float>(), 0.4F, 1e-6);
  // --set is in 8-bit units and wins.
  ASSERT_EQ(run({"forward", "shows.safetensors", "in.safetensors", "out.safetensors", "--set", "noise_level=51"}).code,
            0);
  EXPECT_NEAR(result()[1][0][0][0].item<float>(), 0.4F, 1e-6);
  EXPECT_NEAR(result()[0][0][0][0].item<float>(), 0.4F, 1e-6);
}

TEST_F(Forward, saysThatADeblockerTakesNoNoiseLevel) {
  writeTinyDrunet(folder_ / "drunet_deblocking_gray.safetensors");
  store("in.safetensors", at::rand({1, 1, 16, 16}), {{"noise_level", at::tensor({0.1F})}});
  const auto as = [&](const std::string& task) {
    return run({"forward", "drunet_deblocking_gray.safetensors", "in.safetensors", task + ".safetensors", "--set",
                "task=" + task});
  };
  const Ended deblock = as("deblock");
  ASSERT_EQ(deblock.code, 0) << deblock.err;
  EXPECT_THAT(deblock.err, HasSubstr("does not take the tensor noise_level"));
  const Ended denoise = as("denoise");
  ASSERT_EQ(denoise.code, 0) << denoise.err;
  EXPECT_THAT(denoise.err, Not(HasSubstr("noise_level")));
}

TEST_F(Forward, computesInHalfPrecisionOnDemand) {
  const at::Tensor image = store("in.safetensors", at::rand({1, 3, 8, 8}));
  ASSERT_EQ(run({"forward", "half.safetensors", "in.safetensors", "out.safetensors", "--dtype", "bfloat16"}).code, 0);
  EXPECT_EQ(result().scalar_type(), at::kFloat);
  EXPECT_TRUE(at::allclose(result(), image / 2, 0.02, 0.01));
}

TEST_F(Forward, refusesWhatDoesNotFit) {
  store("grey.safetensors", at::rand({1, 1, 8, 8}));
  const Ended channels = run({"forward", "half.safetensors", "grey.safetensors", "out.safetensors"});
  EXPECT_EQ(channels.code, 1);
  EXPECT_THAT(channels.err, isOneLineAbout("grey.safetensors: image is [1,1,8,8]"));
  models::writeSafetensors(folder_ / "none.safetensors", models::NamedTensors{{"picture", at::rand({1, 3, 8, 8})}});
  EXPECT_THAT(run({"forward", "half.safetensors", "none.safetensors", "out.safetensors"}).err, isOneLineAbout("image"));
  EXPECT_EQ(run({"forward", "half.safetensors", "missing.png", "out.safetensors"}).code, 1);
  EXPECT_EQ(run({"forward", "nobody", "grey.safetensors", "out.safetensors"}).code, 2);
  EXPECT_EQ(run({"forward", "half.safetensors", "grey.safetensors", "out.png"}).code, 2);
  EXPECT_EQ(
      run({"forward", "half.safetensors", "grey.safetensors", "out.safetensors", "--set", "noise_level=999"}).code, 2);
  EXPECT_FALSE(fs::exists(folder_ / "out.safetensors"));
}

TEST_F(Forward, neverReplacesItsInputOrModel) {
  store("in.safetensors", at::rand({1, 3, 8, 8}));
  const std::string before = bytesOf(folder_ / "in.safetensors");
  fs::create_symlink("in.safetensors", folder_ / "link.safetensors");
  EXPECT_EQ(run({"forward", "half.safetensors", "in.safetensors", "in.safetensors"}).code, 2);
  EXPECT_EQ(run({"forward", "half.safetensors", "in.safetensors", "link.safetensors"}).code, 2);
  EXPECT_EQ(run({"forward", "half.safetensors", "in.safetensors", "half.safetensors"}).code, 2);
  EXPECT_EQ(bytesOf(folder_ / "in.safetensors"), before);
}

TEST_F(Forward, warnsOfTensorsThatTheNetworkDoesNotTake) {
  store("in.safetensors", at::rand({1, 3, 8, 8}), {{"kernel", at::rand({1, 1, 5, 5})}});
  const Ended ended = run({"forward", "half.safetensors", "in.safetensors", "out.safetensors", "--json"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.json()["warnings"].size(), 1U);
}

TEST_F(Forward, saysThatItScaledAKernelsSumToOne) {
  writePublicNetwork(folder_ / "usrnet.safetensors", "usrnet_tiny");
  const auto warnings = [&](double sum) {
    store("in.safetensors", at::rand({1, 3, 8, 8}), {{"kernel", at::full({1, 1, 5, 5}, sum / 25, at::kFloat)}});
    const Ended ended = run({"forward", "usrnet.safetensors", "in.safetensors", "out.safetensors", "--json"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    return ended.json()["warnings"];
  };
  EXPECT_EQ(warnings(1).size(), 0U);
  const auto scaled = warnings(2);
  ASSERT_EQ(scaled.size(), 1U);
  EXPECT_EQ(scaled[0]["message"], "the blur kernel summed to 2 and was scaled to 1");
}

TEST_F(Forward, theSeedIsTheSettingOfModelsThatDraw) {
  writeTinyInstantIr(folder_ / "diffusion");
  writeTinyRestoreVar(folder_ / "tokens");
  const std::map<std::string, std::vector<std::string>> quick = {
      {"diffusion", {"--set", "steps=1", "--set", "min_side=64", "--set", "max_side=64", "--set", "previews=off"}},
      {"tokens", {"--set", "tokens=drawn", "--set", "previews=0"}}};
  store("in.safetensors", at::rand({1, 3, 64, 64}));
  for (const auto& [model, settings] : quick) {
    const auto image = [&, model = model, settings = settings](const std::vector<std::string>& more) {
      std::vector<std::string> arguments = {"forward", model, "in.safetensors", "out.safetensors"};
      arguments.insert(arguments.end(), settings.begin(), settings.end());
      arguments.insert(arguments.end(), more.begin(), more.end());
      const Ended ended = run(arguments);
      EXPECT_EQ(ended.code, 0) << ended.err;
      return result().clone();
    };
    const at::Tensor seven = image({"--seed", "7"});
    EXPECT_TRUE(at::equal(image({"--set", "seed=7"}), seven)) << model;
    EXPECT_FALSE(at::equal(image({}), seven)) << model;
  }
  const Ended large = run({"forward", "tokens", "in.safetensors", "out.safetensors", "--seed", "99999999999"});
  EXPECT_EQ(large.code, 2);
  EXPECT_THAT(large.err, isOneLineAbout("seed"));
  EXPECT_EQ(run({"forward", "half.safetensors", "in.safetensors", "out.safetensors", "--seed", "3"}).code, 0);
}

TEST_F(Forward, noiseOfAFileGoesBeforeTheSeed) {
  writeTinyInstantIr(folder_ / "tiny");
  store("in.safetensors", at::rand({1, 3, 64, 64}));
  const std::vector<std::string> quick = {"forward", "tiny",        "in.safetensors", "out.safetensors",
                                          "--set",   "steps=1",     "--set",          "min_side=64",
                                          "--set",   "max_side=64", "--set",          "previews=off"};
  std::vector<std::string> noisy = quick;
  for (const char* more : {"--noise", "noise.safetensors", "--seed", "7"}) noisy.emplace_back(more);
  models::writeSafetensors(folder_ / "noise.safetensors", models::NamedTensors{{"other", at::zeros({1})}});
  const Ended ended = run(noisy);
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, isOneLineAbout("noise.0"));
}

/// Keeps what it draws under the names that a file of noise has.
struct KeptDraws : models::NoiseSource {
  at::Tensor normal(at::IntArrayRef shape) override {
    const at::Tensor values = source.normal(shape);
    tensors.emplace_back("noise." + std::to_string(tensors.size()), values);
    return values;
  }
  models::DrawnNoise source{3};
  models::NamedTensors tensors;
};

TEST_F(Forward, aDiffusionByTheNoiseOfAFileIsThatOfASessionWithTheSameNoise) {
  writeTinyInstantIr(folder_ / "tiny");
  const at::Tensor image = store("in.safetensors", at::rand({1, 3, 64, 64}));
  const std::pair<const char*, const char*> quick[] = {{"steps", "2"}, {"min_side", "64"}, {"max_side", "64"}};
  std::vector<std::string> arguments = {"forward",         "tiny",    "in.safetensors",
                                        "out.safetensors", "--noise", "noise.safetensors"};
  const auto model = models::open(folder_ / "tiny");
  models::Settings settings(model->descriptor().parameters);
  for (const auto& [name, value] : quick) {
    settings.set(name, value);
    arguments.insert(arguments.end(), {"--set", std::string(name) + '=' + value});
  }
  KeptDraws noise;
  Watching watching;
  const at::Tensor expected = model->start(settings, {}, watching, &noise)->restore(image);
  ASSERT_GE(noise.tensors.size(), 2U);
  models::writeSafetensors(folder_ / "noise.safetensors", noise.tensors);
  const Ended ended = run(arguments);
  ASSERT_EQ(ended.code, 0) << ended.err;
  const std::map<std::string, at::Tensor> output = models::readSafetensors(folder_ / "out.safetensors");
  const auto expectNear = [&](const std::string& name, const at::Tensor& tensor) {
    ASSERT_TRUE(output.contains(name)) << name;
    EXPECT_TRUE(at::allclose(output.at(name), tensor, 1e-4, 1e-4)) << name;
  };
  expectNear("image", expected);
  ASSERT_EQ(watching.previews.size(), 2U);
  for (std::size_t k = 0; k < 2; ++k) expectNear("preview." + std::to_string(k), watching.previews[k]);
  for (const auto& [name, tensor] : watching.values) expectNear(name, tensor);
  EXPECT_TRUE(output.contains("latent.0") && output.contains("latent.1"));
  EXPECT_EQ(output.size(), 1 + watching.previews.size() + watching.values.size());

  noise.tensors.front().second = -noise.tensors.front().second;
  models::writeSafetensors(folder_ / "noise.safetensors", noise.tensors);
  ASSERT_EQ(run(arguments).code, 0);
  EXPECT_FALSE(at::allclose(result(), expected, 1e-4, 1e-4));
}

TEST_F(Forward, scalesOfTokensAreInTheOutput) {
  writeTinyRestoreVar(folder_ / "tiny");
  picture("grey.png", {.width = 50, .height = 30, .model = core::ColourModel::Grey, .alpha = true});
  ASSERT_EQ(run({"forward", "tiny", "grey.png", "out.safetensors"}).code, 0);
  const std::map<std::string, at::Tensor> output = models::readSafetensors(folder_ / "out.safetensors");
  EXPECT_EQ(output.at("image").sizes().vec(), (std::vector<std::int64_t>{1, 3, 64, 64}));
  for (std::int64_t scale = 0; scale < 4; ++scale) {
    const std::string number = std::to_string(scale);
    const at::Tensor& tokens = output.at("tokens." + number);
    EXPECT_EQ(tokens.sizes().vec(), (std::vector<std::int64_t>{1, scale + 1, scale + 1}));
    EXPECT_EQ(tokens.scalar_type(), at::kLong);
    EXPECT_EQ(output.at("latent." + number).sizes().vec(), (std::vector<std::int64_t>{1, 32, 4, 4}));
    EXPECT_EQ(output.at("preview." + number).sizes().vec(), (std::vector<std::int64_t>{1, 3, 64, 64}));
  }
  EXPECT_EQ(output.size(), 1U + 3 * 4);
}

}  // namespace
}  // namespace heirloom::tests
