#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "models/checkpoint/tensors.h"
#include "models/common/random_weights.h"
#include "models/kernels/processor.h"
#include "models/swinir/family.h"
#include "models/swinir/network.h"
#include "tests/models/support/closed_form.h"
#include "tests/models/swinir/tiny.h"
#include "tests/support/shared.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using nlohmann::json;

SwinIrConfig tiny(SwinIrHead head, int scale, bool threeConvolutions = false, int channels = 3, double range = 1) {
  SwinIrConfig config = tinySwinIr(head, scale, threeConvolutions, channels);
  config.range = range;
  return config;
}

struct Case {
  const char* record;
  SwinIrConfig config;
};

const Case kCases[] = {
    {"SwinIR pixelshuffle x2 c3 1conv r1", tiny(SwinIrHead::PixelShuffle, 2)},
    {"SwinIR pixelshuffle x3 c3 1conv r1", tiny(SwinIrHead::PixelShuffle, 3)},
    {"SwinIR pixelshuffledirect x2 c3 1conv r1", tiny(SwinIrHead::PixelShuffleDirect, 2)},
    {"SwinIR nearest+conv x4 c3 3conv r1", tiny(SwinIrHead::NearestConvolution, 4, true)},
    {"SwinIR none x1 c3 1conv r1", tiny(SwinIrHead::Residual, 1)},
    {"SwinIR none x1 c1 1conv r255", tiny(SwinIrHead::Residual, 1, false, 1, 255)},
};

void fill(SwinIr& network) {
  const torch::NoGradGuard noGrad;
  auto parameters = network->named_parameters().pairs();
  std::ranges::sort(parameters, {}, [](const auto& pair) { return pair.first; });
  std::uint32_t seed = 0;
  for (auto& [name, parameter] : parameters)
    parameter.set_data(closedFormWeights(++seed, {name, parameter.sizes().vec()}));
}

double error(const at::Tensor& found, const at::Tensor& expected) {
  EXPECT_EQ(found.sizes(), expected.sizes());
  return (found.to(at::kDouble) - expected.to(at::kDouble)).abs().max().item<double>();
}

at::Tensor inputOf(const json& record) {
  return (closedFormUniform(1000, record["inputs"][0].get<std::vector<std::int64_t>>()) + 0.5).to(at::kFloat);
}

TEST(SwinIr, givesTheReferencesValuesInEveryForm) {
  REQUIRE_SHARED(file, "conformance/zoo.json");
  const torch::NoGradGuard noGrad;
  std::ifstream in(file);
  const json records = json::parse(in);
  for (const Case& c : kCases) {
    const auto record = std::ranges::find_if(records, [&](const json& r) { return r["name"] == c.record; });
    ASSERT_NE(record, records.end()) << c.record;
    SwinIr network(c.config);
    std::vector<std::string> names;
    for (const auto& [name, parameter] : network->named_parameters().pairs()) names.push_back(name);
    std::ranges::sort(names);
    ASSERT_EQ(names, (*record)["filled_keys_sorted"].get<std::vector<std::string>>()) << c.record;
    fill(network);
    const at::Tensor expected = at::tensor((*record)["out"].get<std::vector<double>>(), at::kDouble)
                                    .view((*record)["out_shape"].get<std::vector<std::int64_t>>());
    EXPECT_LT(error(network->forward(inputOf(*record)), expected), 1e-4) << c.record << ", before it is placed";
    for (const bool plain : {true, false}) {
      placeLayers(*network, {at::kCPU, at::kFloat, plain});
      EXPECT_LT(error(network->forward(inputOf(*record)), expected), 1e-4) << c.record << (plain ? ", plain" : "");
    }
  }
}

TEST(SwinIr, bfloat16StaysCloseToFloat32) {
  if (!processor().avx512Bf16) GTEST_SKIP() << "no AVX512_BF16 on this processor";
  const torch::NoGradGuard noGrad;
  for (const Case& c : kCases) {
    SwinIr network(c.config);
    fill(network);
    const at::Tensor image = (closedFormUniform(7, {1, c.config.channels, 17, 24}) + 0.5).to(at::kFloat);
    const at::Tensor expected = network->forward(image);
    for (const bool plain : {false, true}) {
      SwinIr half(c.config);
      fill(half);
      placeLayers(*half, {at::kCPU, at::kBFloat16, plain});
      // Twelve roundings of features a block; the closed-form weights let none of them cancel.
      EXPECT_LT(error(half->forward(image), expected) / expected.abs().max().item<double>(), 0.05)
          << c.record << (plain ? ", plain" : "");
    }
  }
}

/// Passes its features on.
void letThrough(torch::OrderedDict<std::string, at::Tensor> parameters, const std::string& convolution) {
  parameters[convolution + ".weight"].zero_().select(2, 1).select(2, 1).copy_(at::eye(SwinIrConfig::kHeadFeatures));
  parameters[convolution + ".bias"].zero_();
}

// Where the convolutions of the later enlargements pass their features on and the last ones look at single pixels, x4
// is x2 with every pixel four times, and x8 with every pixel sixteen times.
TEST(SwinIr, enlargesRealPhotosByAConvolutionForEveryTwoTimes) {
  const torch::NoGradGuard noGrad;
  SwinIr twice(tiny(SwinIrHead::NearestConvolution, 2));
  SwinIr fourTimes(tiny(SwinIrHead::NearestConvolution, 4));
  SwinIr eightTimes(tiny(SwinIrHead::NearestConvolution, 8));
  fill(twice);
  auto small = twice->named_parameters();
  EXPECT_FALSE(small.contains("conv_up2.weight"));
  small["conv_up1.bias"].fill_(1000);  // nothing negative reaches the second convolution
  for (const char* name : {"conv_hr.weight", "conv_last.weight"}) {
    const at::Tensor center = small[name].select(2, 1).select(2, 1).clone();
    small[name].zero_();
    small[name].select(2, 1).select(2, 1).copy_(center);
  }
  for (SwinIr* larger : {&fourTimes, &eightTimes}) {
    for (auto& item : (*larger)->named_parameters()) {
      if (small.contains(item.key())) item.value().copy_(small[item.key()]);
    }
    letThrough((*larger)->named_parameters(), "conv_up2");
  }
  EXPECT_FALSE(fourTimes->named_parameters().contains("conv_up3.weight"));
  letThrough(eightTimes->named_parameters(), "conv_up3");
  const at::Tensor image = at::rand({1, 3, 8, 12});
  const at::Tensor found = twice->forward(image);
  ASSERT_EQ(found.sizes(), at::IntArrayRef({1, 3, 16, 24}));
  const at::Tensor expected = fourTimes->forward(image);
  const double allowed = 1e-4 * expected.abs().max().item<double>();
  EXPECT_LT(error(at::upsample_nearest2d(found, {32, 48}), expected), allowed);
  EXPECT_LT(error(at::upsample_nearest2d(found, {64, 96}), eightTimes->forward(image)), allowed);
}

// kair.md 1.11: the networks for JPEG alone have windows of 7, and they alone were trained on 0..255.
TEST(SwinIr, aFileWithWindowsOfSevenComputesIn8BitUnits) {
  const torch::NoGradGuard noGrad;
  SwinIrConfig config = tiny(SwinIrHead::Residual, 1, false, 1, 255);
  config.window = 7;
  const TemporaryFolder folder;
  const std::filesystem::path file = folder / "net.safetensors";
  writeSafetensors(file, randomWeights(stateOf(*SwinIr(config))));
  const StateDict tensors = inspect(file).tensors;
  EXPECT_EQ(detectSwinIr(tensors), config);
  const auto model = models::open(file);
  EXPECT_EQ(model->descriptor().purpose, Purpose::Deblock);
  const at::Tensor image = at::rand({1, 1, 9, 16});
  Observer observer;
  const at::Tensor found = model->start(Settings(model->descriptor().parameters), {}, observer)->restore(image);
  const auto bare = [&](double range) {
    config.range = range;
    SwinIr network(config);
    loadStrict(*network, tensors);
    return network->forward(image);
  };
  EXPECT_LT(error(found, bare(255)), 1e-4);
  EXPECT_GT(error(found, bare(1)), 1e-2);
}

/// The file of a network that was trained on patches of `windows` x `windows` windows: it stores their masks. Its
/// weights are `gain` times as large as drawn.
void writeTrainedOn(const std::filesystem::path& file, const SwinIrConfig& config, std::int64_t windows, double gain) {
  NamedTensors tensors = randomWeights(stateOf(*SwinIr(config)));
  for (auto& [name, tensor] : tensors) {
    if (tensor.is_floating_point()) tensor = tensor * gain;
  }
  for (std::size_t group = 0; group < config.depths.size(); ++group) {
    const std::string block = "layers." + std::to_string(group) + ".residual_group.blocks.1.";
    tensors.emplace_back(block + "attn_mask", at::zeros({windows * windows, 16, 16}));
  }
  writeSafetensors(file, tensors);
}

// kair.md 1.11: the classical files were trained on patches of 48 and of 64 pixels, and store masks of these.
TEST(SwinIr, filesThatWereTrainedOnOtherPatchesBlend) {
  const TemporaryFolder folder;
  SwinIrConfig config = tiny(SwinIrHead::PixelShuffle, 2);
  writeTrainedOn(folder / "s48.safetensors", config, 6, 1);
  writeTrainedOn(folder / "s64.safetensors", config, 8, 1.2);
  const at::Tensor image = at::rand({1, 3, 8, 12});
  Observer observer;
  const auto restored = [&](const std::shared_ptr<const Restorer>& model) {
    return model->start(Settings(model->descriptor().parameters), {}, observer)->restore(image);
  };
  const auto blend = [&](double weight) {
    return restored(models::openBlend(folder / "s48.safetensors", folder / "s64.safetensors", weight));
  };
  const at::Tensor first = restored(models::open(folder / "s48.safetensors"));
  const at::Tensor second = restored(models::open(folder / "s64.safetensors"));
  EXPECT_LT(error(blend(0), first), 1e-5);
  EXPECT_LT(error(blend(1), second), 1e-5);
  const at::Tensor half = blend(0.5);
  EXPECT_GT(error(half, first), 1e-3);
  EXPECT_GT(error(half, second), 1e-3);
  // A network whose tensors are some of the other's is still another one.
  config.depths = {2};
  writeTrainedOn(folder / "short.safetensors", config, 8, 1);
  EXPECT_THROW(models::openBlend(folder / "s64.safetensors", folder / "short.safetensors", 0.5), Error);
  EXPECT_THROW(models::openBlend(folder / "short.safetensors", folder / "s64.safetensors", 0.5), Error);
}

// Grey pictures and those of four channels have no mean colour: folded or given folded, both networks compute the same,
// but for how their last layer's channels become pixels.
TEST(SwinIr, foldsThePictureFirst) {
  const torch::NoGradGuard noGrad;
  SwinIrConfig config = tiny(SwinIrHead::PixelShuffleDirect, 2, false, 1);
  config.unshuffle = 2;
  SwinIr folding(config);
  SwinIr given(tiny(SwinIrHead::PixelShuffleDirect, 2, false, 4));
  fill(folding);
  fill(given);
  const at::Tensor image = at::rand({1, 1, 16, 24});
  const at::Tensor last = at::pixel_unshuffle(given->forward(at::pixel_unshuffle(image, 2)), 2);
  EXPECT_LT(error(folding->forward(image), at::pixel_shuffle(last, 4)), 1e-5);
  EXPECT_EQ(folding->forward(at::rand({1, 1, 5, 9})).sizes(), at::IntArrayRef({1, 1, 10, 18}));
}

NamedTensors behindAnUnshuffle(NamedTensors weights) {
  const std::string first = "conv_first.";
  for (auto& [name, tensor] : weights) {
    if (name.starts_with(first)) name.insert(first.size(), "1.");
  }
  return weights;
}

// kair.md 2.4: conv_first.1, behind what makes pixels channels.
TEST(SwinIr, aFileThatFoldsThePictureEnlargesByLess) {
  const torch::NoGradGuard noGrad;
  SwinIrConfig config = tiny(SwinIrHead::PixelShuffle, 2);
  config.unshuffle = 2;
  const TemporaryFolder folder;
  const std::filesystem::path file = folder / "net.safetensors";
  const NamedTensors weights = randomWeights(stateOf(*SwinIr(config)));
  writeSafetensors(file, behindAnUnshuffle(weights));
  EXPECT_EQ(detectSwinIr(inspect(file).tensors), config);
  const auto model = models::open(file);
  EXPECT_EQ(model->descriptor().scale, 2);
  EXPECT_EQ(model->descriptor().channels, 3);
  EXPECT_EQ(model->descriptor().sizeMultiple, 8);

  const std::filesystem::path own = folder / "own.safetensors";
  writeSafetensors(own, weights);
  SwinIr network(config);
  loadStrict(*network, canonicalise(Archive::open(own)));
  const at::Tensor image = at::rand({1, 3, 9, 16});
  Observer observer;
  const at::Tensor found = model->start(Settings(model->descriptor().parameters), {}, observer)->restore(image);
  EXPECT_LT(error(found, network->forward(image)), 1e-4);
}

TEST(SwinIr, refusesAFileThatFoldsByWhatItsEnlargementIsNoMultipleOf) {
  NamedTensors weights = randomWeights(stateOf(*SwinIr(tiny(SwinIrHead::PixelShuffle, 3))));
  for (auto& [name, tensor] : weights) {
    if (name == "conv_first.weight") tensor = at::zeros({tensor.size(0), 12, 3, 3});
  }
  const TemporaryFolder folder;
  writeSafetensors(folder / "net.safetensors", behindAnUnshuffle(std::move(weights)));
  const Inspection inspection = inspect(folder / "net.safetensors");
  EXPECT_EQ(inspection.family, nullptr);
  const auto own = std::ranges::find(inspection.considered, std::string_view("SwinIR"), &Candidate::family);
  ASSERT_NE(own, inspection.considered.end());
  EXPECT_EQ(own->match.reason, "its layers make no whole enlargement");
}

TEST(SwinIr, takesPicturesSmallerThanAWindow) {
  const torch::NoGradGuard noGrad;
  SwinIr network(tiny(SwinIrHead::PixelShuffle, 2));
  fill(network);
  EXPECT_EQ(network->forward(at::rand({1, 3, 1, 2})).sizes(), at::IntArrayRef({1, 3, 2, 4}));
}

TEST(SwinIr, stopsBetweenBlocks) {
  struct Impatient : Observer {
    bool stopRequested() const override { return true; }
  } impatient;
  SwinIr network(tiny(SwinIrHead::Residual, 1));
  fill(network);
  EXPECT_THROW(network->forward(at::rand({1, 3, 8, 8}), &impatient), Stopped);
}

}  // namespace
}  // namespace heirloom::tests
