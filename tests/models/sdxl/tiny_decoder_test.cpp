// The small decoder for pictures of the steps, beside its plain twin and in a model's folder.

#include "models/sdxl/tiny_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <filesystem>
#include <map>

#include "models/common/random_weights.h"
#include "models/common/weight_source.h"
#include "tests/models/instantir/diffusion_folder.h"
#include "tests/models/instantir/tiny_folder.h"
#include "tests/models/instantir/watching.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using testing::AllOf;
using testing::HasSubstr;
namespace fs = std::filesystem;

/// As the decoder's own file names them: its first layer, which only bounds, has none.
NamedTensors decoderAlone(std::int64_t width) {
  NamedTensors shapes;
  const auto add = [&](const std::string& name, std::int64_t in, std::int64_t out, bool bias = true) {
    shapes.emplace_back(name + ".weight", at::empty({out, in, 3, 3}));
    if (bias) shapes.emplace_back(name + ".bias", at::empty({out}));
  };
  const auto block = [&](int number) {
    for (const char* conv : {".conv.0", ".conv.2", ".conv.4"}) add(std::to_string(number) + conv, width, width);
  };
  add("1", 4, width);
  for (const int number : {3, 4, 5, 8, 9, 10, 13, 14, 15, 18}) block(number);
  for (const char* growing : {"7", "12", "17"}) add(growing, width, width, /*bias=*/false);
  add("19", width, 3);
  return randomWeights(shapes);
}

/// As AutoencoderTiny of diffusers names them, with an encoder beside them.
NamedTensors wholeAutoencoder(const NamedTensors& alone) {
  NamedTensors tensors = {{"encoder.layers.0.weight", at::ones({8, 3, 3, 3})},
                          {"encoder.layers.0.bias", at::ones({8})}};
  for (const auto& [name, tensor] : alone) {
    const std::size_t dot = name.find('.');
    tensors.emplace_back("decoder.layers." + std::to_string(std::stoi(name.substr(0, dot)) - 1) + name.substr(dot),
                         tensor);
  }
  return tensors;
}

/// What the decoder's file computes, written out.
at::Tensor plainly(const NamedTensors& alone, const at::Tensor& latent) {
  const std::map<std::string, at::Tensor> tensors(alone.begin(), alone.end());
  const auto conv = [&](const std::string& name, const at::Tensor& x) {
    const auto bias = tensors.find(name + ".bias");
    return at::conv2d(x, tensors.at(name + ".weight"), bias == tensors.end() ? at::Tensor() : bias->second, 1, 1);
  };
  at::Tensor x = at::relu(conv("1", at::tanh(latent / 3) * 3));
  for (const int number : {3, 4, 5, 7, 8, 9, 10, 12, 13, 14, 15, 17, 18, 19}) {
    const std::string name = std::to_string(number);
    if (tensors.contains(name + ".weight")) {
      if (number < 19) x = at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)});
      x = conv(name, x);
    } else {
      const at::Tensor inner = at::relu(conv(name + ".conv.2", at::relu(conv(name + ".conv.0", x))));
      x = at::relu(conv(name + ".conv.4", inner) + x);
    }
  }
  return x;
}

TinyDecoder filled(const NamedTensors& alone, const TinyDecoderConfig& config, const Placement& placement = {}) {
  std::map<std::string, at::Tensor> tensors;
  for (const auto& [name, tensor] : alone) tensors.emplace(presentTinyDecoderKey(name), tensor);
  TinyDecoder decoder(config);
  loadPlaced(
      *decoder, [&](const std::string& name) { return tensors.at(name); }, placement);
  return decoder;
}

double apart(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

TEST(TinyDecoders, computeWhatTheirFileSays) {
  const torch::NoGradGuard noGrad;
  const NamedTensors alone = decoderAlone(16);
  const at::Tensor latent = 4 * at::randn({2, 4, 5, 7});
  const at::Tensor expected = plainly(alone, latent);
  EXPECT_EQ(expected.sizes().vec(), (std::vector<std::int64_t>{2, 3, 40, 56}));
  EXPECT_LT(apart(filled(alone, {.width = 16}, {.plain = true})->forward(latent), expected), 1e-5);
  EXPECT_LT(apart(filled(alone, {.width = 16})->forward(latent), expected), 1e-4);
}

TEST(TinyDecoders, tilesShowWhatTheWholeDoes) {
  const torch::NoGradGuard noGrad;
  TinyDecoder decoder = filled(decoderAlone(8), {.width = 8});
  const at::Tensor latent = at::randn({1, 4, 60, 90});
  const at::Tensor whole = decoder->forward(latent);
  const at::Tensor tiled = decodeInTiles(decoder, latent, {.side = 48, .overlap = 32});
  ASSERT_EQ(tiled.sizes(), whole.sizes());
  // The shares rise within 12 latents around the middle of what two tiles have in common, here 27 and more. They begin
  // less than the decoder's reach of 18 from a tile's edge, but what comes from so far away hardly counts.
  EXPECT_LT(apart(tiled, whole), 5e-3 * whole.std().item<double>());
  EXPECT_TRUE(at::equal(decodeInTiles(decoder, latent, {.side = 96, .overlap = 32}), whole));
}

class TinyDecoderFolder : public DiffusionFolder {
 protected:
  TinyDecoderFolder() {
    writeTinyInstantIr(folder.path());
    fs::create_directories(folder / "taesd");
  }
  void write(const char* name, const NamedTensors& tensors) const {
    fs::remove_all(folder / "taesd");
    fs::create_directories(folder / "taesd");
    writeSafetensors(folder / "taesd" / name, tensors);
  }
  /// The pictures of a run, and the result.
  std::pair<std::vector<at::Tensor>, at::Tensor> shown(const char* previews) const {
    const auto model = models::open(folder.path());
    Settings settings = smallSettings(*model);
    settings.set("previews", std::string_view(previews));
    Watching watching;
    const at::Tensor result = model->start(settings, {}, watching)->restore(photo(64, 64)).clone();
    return {watching.previews, result};
  }
  std::string defaultForPhotos() const {
    const auto model = models::open(folder.path());
    for (const Parameter& parameter : model->descriptor().parameters) {
      if (parameter.name == "previews") return parameter.onPhotos;
    }
    return "";
  }

  const NamedTensors alone_ = decoderAlone(8);
};

TEST_F(TinyDecoderFolder, bothLayoutsShowTheSteps) {
  const auto [linear, result] = shown("taesd");  // no file: the linear map
  EXPECT_EQ(linear.front().sizes().vec(), (std::vector<std::int64_t>{1, 3, 8, 8}));
  EXPECT_EQ(defaultForPhotos(), "fast");
  EXPECT_TRUE(at::equal(linear.back(), shown("fast").first.back()));

  write("taesdxl_decoder.safetensors", alone_);
  const auto [small, same] = shown("taesd");
  ASSERT_EQ(small.size(), 3U);
  EXPECT_EQ(small.front().sizes().vec(), (std::vector<std::int64_t>{1, 3, 64, 64}));
  EXPECT_TRUE(at::equal(same, result));
  EXPECT_EQ(defaultForPhotos(), "taesd");
  EXPECT_GT(small.front().std().item<double>(), 0);

  write("diffusion_pytorch_model.safetensors", wholeAutoencoder(alone_));
  const auto [other, again] = shown("taesd");
  for (std::size_t i = 0; i < small.size(); ++i) EXPECT_TRUE(at::equal(other[i], small[i])) << i;
}

TEST_F(TinyDecoderFolder, showsTheLatentOfTheDiffusion) {
  // Of SDXL alone the last step's sample is what the step takes for clean.
  fs::rename(folder / "sdxl", folder / "alone");
  fs::create_directories(folder / "alone/taesd");
  writeSafetensors(folder / "alone/taesd/taesdxl_decoder.safetensors", alone_);
  const auto model = models::open(folder / "alone");
  EXPECT_EQ(model->descriptor().family, "SDXL");
  Settings settings = smallSettings(*model);
  settings.set("previews", "taesd");
  settings.set("scheduler", "ddim");
  settings.set("strength", "1");
  Watching watching;
  model->start(settings, {}, watching)->restore(photo(64, 64));
  const torch::NoGradGuard noGrad;
  EXPECT_LT(apart(watching.previews.back(), plainly(alone_, watching.values.back().second).clamp(0, 1)), 1e-4);
}

TEST_F(TinyDecoderFolder, whatIsWrongWithItsFileIsNamed) {
  NamedTensors lacking = alone_, misshapen = alone_, strange = alone_;
  std::erase_if(lacking, [](const auto& item) { return item.first == "4.conv.2.bias"; });
  write("taesdxl_decoder.safetensors", lacking);
  EXPECT_THAT(complaint(folder.path()), HasSubstr("taesd: missing layers.3.conv.2.bias"));
  for (auto& [name, tensor] : misshapen) {
    if (name == "12.weight") tensor = at::ones({8, 4, 3, 3});
  }
  write("taesdxl_decoder.safetensors", misshapen);
  EXPECT_THAT(complaint(folder.path()), HasSubstr("taesd: layers.11.weight"));
  strange.emplace_back("20.weight", at::ones({3}));
  write("taesdxl_decoder.safetensors", strange);
  EXPECT_THAT(complaint(folder.path()), HasSubstr("taesd: layers.19.weight"));
  write("taesdxl_decoder.safetensors", {{"something", at::ones({3})}});
  EXPECT_THAT(complaint(folder.path()), HasSubstr("taesd: missing layers.0.weight"));
  // Of Stable Diffusion 3, say.
  NamedTensors deep = alone_;
  deep.front().second = at::ones({8, 16, 3, 3});
  write("taesdxl_decoder.safetensors", deep);
  EXPECT_THAT(complaint(folder.path()), HasSubstr("taesd belongs to another model"));
}

}  // namespace
}  // namespace heirloom::tests
