// A diffusers folder of a tiny SDXL: found, read strictly, run.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "models/checkpoint/tensors.h"
#include "models/common/error.h"
#include "models/registry.h"
#include "tests/models/instantir/diffusion_folder.h"
#include "tests/models/instantir/tiny_folder.h"
#include "tests/models/instantir/watching.h"
#include "tests/support/temporary_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using testing::AllOf;
using testing::HasSubstr;
namespace fs = std::filesystem;

class SdxlFolder : public DiffusionFolder {};

TEST_F(SdxlFolder, isOneNetworkWithItsConfigurations) {
  writeTinySdxl(folder.path());
  EXPECT_TRUE(isModelFolder(folder.path()));
  const Inspection inspection = inspect(folder.path());
  ASSERT_NE(inspection.family, nullptr);
  EXPECT_EQ(inspection.family->name, "SDXL");
  const Descriptor& descriptor = *inspection.considered.back().match.descriptor;
  EXPECT_TRUE(descriptor.takesPrompt);
  EXPECT_TRUE(descriptor.progressive);
  EXPECT_TRUE(descriptor.generative);
  EXPECT_EQ(models::open(folder / "unet/diffusion_pytorch_model.safetensors")->descriptor().family, "SDXL");
}

TEST_F(SdxlFolder, paintsAPhotoAnewInEveryForm) {
  writeTinySdxl(folder.path());
  const auto model = models::open(folder.path());
  Settings settings = smallSettings(*model);
  Watching watching;
  const at::Tensor published = model->start(settings, {}, watching)->restore(photo(80, 90));
  EXPECT_EQ(published.sizes().vec(), (std::vector<std::int64_t>{1, 3, 64, 64}));
  EXPECT_GE(published.min().item<double>(), 0);
  EXPECT_LE(published.max().item<double>(), 1);
  // Strength 0.4 of three steps is one.
  EXPECT_EQ(watching.previews.size(), 1);
  ASSERT_EQ(watching.values.size(), 1);
  EXPECT_EQ(watching.values.front().first, "latent.0");

  Observer nobody;
  settings.set("strength", "1");
  settings.set("previews", "fast");
  for (const char* size : {"whole", "tiles"}) {
    settings.set("size", size);
    Watching steps;
    const at::Tensor result = model->start(settings, {}, steps)->restore(photo(150, 100));
    EXPECT_EQ(result.sizes().vec(), (std::vector<std::int64_t>{1, 3, 150, 100})) << size;
    EXPECT_TRUE(result.isfinite().all().item<bool>());
    EXPECT_EQ(steps.previews.size(), 3);
    EXPECT_NEAR(steps.reached, 0.94, 1e-6);
  }
}

TEST_F(SdxlFolder, theSameSeedGivesTheSamePictureAndWordsMatter) {
  writeTinySdxl(folder.path());
  const auto model = models::open(folder.path());
  Settings settings = smallSettings(*model);
  Observer nobody;
  const auto session = model->start(settings, {}, nobody);
  const at::Tensor first = session->restore(photo(64, 64));
  EXPECT_TRUE(at::equal(session->restore(photo(64, 64)), first));
  const at::Tensor both = session->restore(at::cat({photo(64, 64), photo(64, 64).flip(3)}));
  EXPECT_TRUE(at::equal(both.narrow(0, 0, 1), first));
  settings.set("seed", "7");
  session->change(settings);
  EXPECT_FALSE(at::equal(session->restore(photo(64, 64)), first));
  settings.set("seed", "42");
  settings.set("prompt", "a cat");
  session->change(settings);
  EXPECT_FALSE(at::equal(session->restore(photo(64, 64)), first));
}

TEST_F(SdxlFolder, stopsBetweenStepsAndRunsAgain) {
  writeTinySdxl(folder.path());
  const auto model = models::open(folder.path());
  Settings settings = smallSettings(*model);
  settings.set("strength", "1");
  Watching watching;
  watching.stopAfter = 2;
  const auto session = model->start(settings, {}, watching);
  EXPECT_THROW(session->restore(photo(64, 64)), Stopped);
  EXPECT_EQ(watching.previews.size(), 2);
  watching = {};
  session->restore(photo(64, 64));
  EXPECT_EQ(watching.previews.size(), 3);
}

TEST_F(SdxlFolder, halfPrecisionStaysNear) {
  writeTinySdxl(folder.path());
  const auto model = models::open(folder.path());
  const Settings settings = smallSettings(*model);
  Observer nobody;
  const at::Tensor exact = model->start(settings, {.plain = true}, nobody)->restore(photo(64, 64));
  const at::Tensor fused = model->start(settings, {}, nobody)->restore(photo(64, 64));
  EXPECT_LT((fused - exact).abs().max().item<double>(), 1e-3);
  for (const at::ScalarType precision : {at::kBFloat16, at::kHalf}) {
    const at::Tensor half = model->start(settings, {.precision = precision}, nobody)->restore(photo(64, 64));
    EXPECT_LT((half - exact).abs().mean().item<double>(), 0.05) << precision;
  }
}

TEST_F(SdxlFolder, promptsAndSettingsThatCannotBeAreRefusedInWords) {
  writeTinySdxl(folder.path());
  const auto model = models::open(folder.path());
  Settings settings = smallSettings(*model);
  for (const char* steps : {"0", "5000"}) EXPECT_THROW(settings.set("steps", steps), Error);
  EXPECT_THROW(settings.set("prompt", "a\xff"), Error);
  try {
    settings.set("prompt", std::string_view(std::string(10000, 'a')));
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("10000 characters"), HasSubstr("4000")));
    EXPECT_LT(std::string(error.what()).size(), 200);
  }
  // The default has more tokens in a vocabulary of single bytes.
  settings.set("negative_prompt", "");
  settings.set("long_prompt", "refuse");
  settings.set("prompt", std::string_view(std::string(100, 'a')));
  Observer nobody;
  const auto session = model->start(settings, {}, nobody);
  try {
    session->restore(photo(64, 64));
    FAIL();
  } catch (const Error& error) {
    // In the words that the window and the list of settings have for it.
    const auto& parameters = model->descriptor().parameters;
    const auto setting = std::ranges::find(parameters, "long_prompt", &Parameter::name);
    EXPECT_THAT(error.what(), AllOf(HasSubstr("100 tokens"), HasSubstr('"' + setting->label.english() + '"')));
    EXPECT_THAT(error.what(), testing::Not(HasSubstr("long_prompt")));
    for (const char* option : {"chunk", "cut"}) {
      EXPECT_THAT(error.what(), HasSubstr(option));
      EXPECT_THAT(std::get<Choice>(setting->range).options, testing::Contains(option));
    }
  }
  EXPECT_THROW(session->restore(photo(10, 4000)), Error);
  settings.set("prompt", "a");
  session->change(settings);
  EXPECT_EQ(session->restore(photo(64, 64)).size(2), 64);
}

TEST_F(SdxlFolder, whatIsMissingIsNamedWithItsFolder) {
  writeTinySdxl(folder.path());
  for (const char* file : {"vae/config.json", "text_encoder_2/model.safetensors", "tokenizer/merges.txt"}) {
    fs::rename(folder / file, folder / "away");
    EXPECT_THAT(complaint(folder.path()), AllOf(HasSubstr("SDXL"), HasSubstr(file), HasSubstr("is missing")));
    EXPECT_FALSE(isModelFolder(folder.path()));
    fs::rename(folder / "away", folder / file);
  }
  EXPECT_EQ(complaint(folder.path()), "");
}

TEST_F(SdxlFolder, partsOfAnotherModelAreRefusedInWords) {
  writeTinySdxl(folder.path());
  fs::remove_all(folder / "text_encoder_2");
  fs::copy(folder / "text_encoder", folder / "text_encoder_2", fs::copy_options::recursive);
  EXPECT_THAT(complaint(folder.path()), HasSubstr("text_encoder or text_encoder_2 belongs to another model"));
  writeTinySdxl(folder.path());
  writeText(folder / "vae/config.json", "{");
  EXPECT_THAT(complaint(folder.path()), HasSubstr("vae/config.json cannot be used"));
  writeTinySdxl(folder.path());
  writeText(folder / "tokenizer/vocab.json", "[]");
  EXPECT_THAT(complaint(folder.path()), HasSubstr("vocab.json"));
}

TEST_F(SdxlFolder, halfPrecisionVariantsShardsAndOlderNamesAreRead) {
  writeTinySdxl(folder.path());
  Observer nobody;
  const auto result = [&] {
    const auto model = models::open(folder.path());
    return model->start(smallSettings(*model), {}, nobody)->restore(photo(64, 64));
  };
  const at::Tensor whole = result();

  const fs::path unet = folder / "unet/diffusion_pytorch_model.safetensors";
  NamedTensors first, second;
  nlohmann::json map;
  for (const auto& [name, tensor] : readSafetensors(unet)) {
    const bool early = name < "mid";
    (early ? first : second).emplace_back(name, tensor);
    map[name] = early ? "one.safetensors" : "two.safetensors";
  }
  fs::remove(unet);
  writeSafetensors(folder / "unet/one.safetensors", first);
  writeSafetensors(folder / "unet/two.safetensors", second);
  writeText(folder / "unet/diffusion_pytorch_model.safetensors.index.json", nlohmann::json{{"weight_map", map}}.dump());
  EXPECT_TRUE(at::equal(result(), whole));
  fs::remove(folder / "unet/two.safetensors");
  EXPECT_THAT(complaint(folder.path()), HasSubstr("two.safetensors"));
  writeSafetensors(folder / "unet/two.safetensors", second);

  NamedTensors half, old;
  const fs::path text = folder / "text_encoder/model.safetensors",
                 vae = folder / "vae/diffusion_pytorch_model.safetensors";
  for (const auto& [name, tensor] : readSafetensors(text)) half.emplace_back(name, tensor.to(at::kHalf));
  half.emplace_back("text_model.embeddings.position_ids", at::arange(77).unsqueeze(0));
  fs::remove(text);
  writeSafetensors(folder / "text_encoder/model.fp16.safetensors", half);
  for (const auto& [name, tensor] : readSafetensors(vae)) {
    std::string key = name;
    for (const auto& [present, before] : {std::pair("to_q", "query"), std::pair("to_out.0", "proj_attn")}) {
      if (const std::size_t at = key.find(present); at != std::string::npos)
        key.replace(at, std::string(present).size(), before);
    }
    old.emplace_back(key, tensor.to(at::kBFloat16));
  }
  writeSafetensors(vae, old);
  EXPECT_LT((result() - whole).abs().mean().item<double>(), 0.05);
}

TEST_F(SdxlFolder, oneFileAloneSaysWhatItIs) {
  writeTinySdxl(folder.path());
  fs::copy(folder / "unet/diffusion_pytorch_model.safetensors", folder / "alone.safetensors");
  EXPECT_THAT(complaint(folder / "alone.safetensors"), HasSubstr("UNet of an SDXL alone"));
}

}  // namespace
}  // namespace heirloom::tests
