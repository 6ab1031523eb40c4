// What may be missing, renamed or of another model in InstantIR's folder.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <utility>

#include "models/checkpoint/tensors.h"
#include "models/registry.h"
#include "tests/models/instantir/instantir_folder.h"
#include "tests/models/support/checkpoint_files.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using testing::AllOf;
using testing::HasSubstr;
namespace fs = std::filesystem;

TEST_F(InstantIrFolder, isOneNetworkOfEightParts) {
  EXPECT_TRUE(isModelFolder(folder.path()));
  const Inspection inspection = inspect(folder.path());
  ASSERT_NE(inspection.family, nullptr);
  EXPECT_EQ(inspection.family->name, "InstantIR");
  const auto model = models::open(folder / "models/adapter.pt");
  EXPECT_EQ(model->descriptor().family, "InstantIR");
  EXPECT_TRUE(model->descriptor().takesPrompt && model->descriptor().progressive && model->descriptor().generative);
  EXPECT_TRUE(model->warnings().empty());
}

TEST_F(InstantIrFolder, theDiffusersFolderMayBeTheModelItself) {
  for (const char* part : {"unet", "vae", "text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2"})
    fs::rename(folder / "sdxl" / part, folder / part);
  fs::remove(folder / "sdxl");
  EXPECT_EQ(models::open(folder.path())->descriptor().family, "InstantIR");
}

TEST_F(InstantIrFolder, whatIsMissingIsNamedWithItsFolder) {
  for (const char* file : {"models/adapter.pt", "models/previewer_lora_weights.bin", "dinov2/config.json",
                           "sdxl/unet/diffusion_pytorch_model.safetensors"}) {
    fs::rename(folder / file, folder / "away");
    EXPECT_THAT(complaint(), AllOf(HasSubstr("InstantIR"), HasSubstr(file), HasSubstr("is missing")));
    fs::rename(folder / "away", folder / file);
  }
}

TEST_F(InstantIrFolder, theAdapterIsReadInItsOtherLayout) {
  rewrite("models/adapter.pt", [](const std::string& name) {
    const std::size_t dot = name.find('.');
    return (name.starts_with("image_proj.") ? "image_proj_model" : "adapter_modules") + name.substr(dot);
  });
  EXPECT_EQ(complaint(), "");
}

TEST_F(InstantIrFolder, theAdapterIsReadAsItsTrainingNestsIt) {
  const auto flat = models::open(folder.path());
  Observer nobody;
  const auto restored = [&](const Restorer& model) {
    return model.start(smallSettings(model), {}, nobody)->restore(photo(64, 64));
  };
  const at::Tensor expected = restored(*flat);
  std::vector<std::pair<std::string, NamedTensors>> groups = {{"image_proj", {}}, {"ip_adapter", {}}};
  for (const auto& [name, tensor] : readSafetensors(folder / "models/adapter.pt")) {
    const std::size_t dot = name.find('.');
    groups[name.starts_with("image_proj.") ? 0 : 1].second.emplace_back(name.substr(dot + 1), tensor.to(at::kHalf));
  }
  writeGroups(folder / "nested", groups);
  fs::rename(folder / "nested", folder / "models/adapter.pt");
  const auto nested = models::open(folder.path());
  EXPECT_TRUE(nested->warnings().empty());
  // Of another precision, the same network.
  EXPECT_LT((restored(*nested) - expected).abs().max().item<double>(), 0.05);
}

TEST_F(InstantIrFolder, timeNormsMayBeMissingAndStrangersAreNamed) {
  bool first = true;
  rewrite("models/adapter.pt", [&first](const std::string& name) -> std::string {
    if (name.find(".ln_k_ip.") == std::string::npos) return name;
    return std::exchange(first, false) ? "ip_adapter.stranger" : "";
  });
  const auto model = models::open(folder.path());
  ASSERT_EQ(model->warnings().size(), 1);
  EXPECT_THAT(model->warnings().front().english(), HasSubstr("nothing reads"));
  Observer nobody;
  model->start(smallSettings(*model), {}, nobody)->restore(photo(64, 64));
  rewrite("models/adapter.pt", [](const std::string& name) { return name.ends_with(".1.to_k_ip.weight") ? "" : name; });
  EXPECT_THAT(complaint(), HasSubstr("to_k_ip.weight"));
}

TEST_F(InstantIrFolder, aPreviewerOfAnotherBaseIsRefusedInWords) {
  rewrite("models/previewer_lora_weights.bin", [](const std::string& name) {
    return name.starts_with("unet.mid_block") ? "unet.mid_block.of_another." + name.substr(15) : name;
  });
  EXPECT_THAT(complaint(), HasSubstr("belongs to no layer of this UNet"));
  writeTinyInstantIr(folder.path());
  NamedTensors wider;
  for (const auto& [name, tensor] : readSafetensors(folder / "models/previewer_lora_weights.bin"))
    wider.emplace_back(name, name.ends_with("lora_A.weight") ? at::cat({tensor, tensor}, 1) : tensor);
  writeSafetensors(folder / "wider", wider);
  fs::rename(folder / "wider", folder / "models/previewer_lora_weights.bin");
  EXPECT_THAT(complaint(), AllOf(HasSubstr("do not fit"), HasSubstr("previewer_lora")));
}

TEST_F(InstantIrFolder, layersThatThePreviewerLeavesUncorrectedAreNamed) {
  const auto without = [this](const std::vector<std::string>& layers) {
    rewrite("models/previewer_lora_weights.bin", [&](const std::string& name) {
      const bool goes = std::ranges::any_of(layers, [&](const auto& layer) { return name.starts_with(layer + '.'); });
      return goes ? std::string() : name;
    });
    return models::open(folder.path())->warnings();
  };
  const std::string first = "unet.down_blocks.0.resnets.0.conv1", later = "unet.mid_block.resnets.1.conv2";
  const auto one = without({later});
  ASSERT_EQ(one.size(), 1U);
  EXPECT_THAT(one.front().english(), HasSubstr("no correction: 1, the first of them " + later));
  EXPECT_THAT(without({first}).front().english(), HasSubstr("no correction: 2, the first of them " + first));
}

TEST_F(InstantIrFolder, networksOfOtherSizesAreRefusedInWords) {
  writeText(folder / "dinov2/config.json", R"({"hidden_size": 80, "num_hidden_layers": 2, "num_attention_heads": 4})");
  EXPECT_THAT(complaint(), HasSubstr("dinov2 is of another size"));
}

}  // namespace
}  // namespace heirloom::tests
