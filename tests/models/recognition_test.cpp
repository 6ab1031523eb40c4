// Files that hold none of our networks: what a person is told of them.

#include "models/recognition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "models/checkpoint/tensors.h"
#include "models/registry.h"
#include "tests/checkpoint/sample_files.h"
#include "tests/models/support/checkpoint_files.h"
#include "tests/support/temporary_folder.h"

#include <fstream>

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct Stranger {
  std::string words;  // of the message
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> tensors;
};

/// Names and shapes as the public files have them, the first and the last ones.
std::vector<Stranger> strangers() {
  return {
      {"GAN discriminator",  // Real-ESRGAN's U-Net
       {{"conv0.weight", {64, 3, 3, 3}},
        {"conv1.weight_orig", {128, 64, 4, 4}},
        {"conv1.weight_u", {128}},
        {"conv9.weight", {1, 64, 3, 3}},
        {"conv9.bias", {1}}}},
      {"GAN discriminator",  // ESRGAN's VGG
       {{"conv0_0.weight", {64, 3, 3, 3}},
        {"conv0_1.weight", {64, 64, 4, 4}},
        {"bn0_1.weight", {64}},
        {"linear1.weight", {100, 8192}},
        {"linear2.weight", {1, 100}},
        {"linear2.bias", {1}}}},
      {"GAN discriminator",  // KAIR's VGG
       {{"features.0.weight", {64, 3, 3, 3}}, {"classifier.0.weight", {100, 4608}}, {"classifier.2.weight", {1, 100}}}},
      {"GAN discriminator",  // patches
       {{"model.0.weight", {64, 3, 4, 4}}, {"model.2.weight", {128, 64, 4, 4}}, {"model.11.weight", {1, 512, 4, 4}}}},
      {"GAN discriminator", {{"netD.a.weight", {8, 3, 3, 3}}, {"netD.b.weight", {8, 8, 3, 3}}}},
      {"optimizer state only",
       {{"state.0.exp_avg", {8, 3, 3, 3}}, {"state.0.exp_avg_sq", {8, 3, 3, 3}}, {"state.0.step", {}}}},
      {"a LoRA",
       {{"lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight", {8, 320, 1, 1}},
        {"lora_unet_down_blocks_0_attentions_0_proj_in.lora_up.weight", {320, 8, 1, 1}},
        {"lora_unet_down_blocks_0_attentions_0_proj_in.alpha", {}}}},
      {"a LoRA",
       {{"unet.mid_block.attn.to_q.lora_A.weight", {8, 64}}, {"unet.mid_block.attn.to_q.lora_B.weight", {64, 8}}}},
      {"a text model",
       {{"text_model.encoder.layers.0.mlp.fc1.weight", {3072, 768}}, {"text_model.final_layer_norm.weight", {768}}}},
      {"a text model", {{"model.embed_tokens.weight", {32000, 64}}, {"model.layers.0.mlp.up_proj.weight", {128, 64}}}},
      {"a text model", {{"shared.weight", {32128, 64}}, {"encoder.block.0.layer.0.SelfAttention.q.weight", {64, 64}}}},
      {"a learned word", {{"emb_params", {4, 768}}}},
      {"a ControlNet",
       {{"controlnet_cond_embedding.conv_in.weight", {16, 3, 3, 3}}, {"time_embedding.linear_1.weight", {4, 4}}}},
      {"a diffusion model",
       {{"model.diffusion_model.input_blocks.0.0.weight", {320, 4, 3, 3}},
        {"cond_stage_model.transformer.text_model.encoder.layers.0.mlp.fc1.weight", {3072, 768}}}},
      {"a diffusion model",
       {{"down_blocks.0.resnets.0.conv1.weight", {320, 320, 3, 3}}, {"time_embedding.linear_1.weight", {1280, 320}}}},
      {"autoencoder",
       {{"encoder.down_blocks.0.resnets.0.conv1.weight", {8, 8, 3, 3}},
        {"decoder.up_blocks.0.resnets.0.conv1.weight", {8, 8, 3, 3}}}},
      {"GFPGAN", {{"toRGB.0.weight", {3, 256, 1, 1}}, {"stylegan_decoder.style_mlp.1.weight", {512, 512}}}},
      {"CodeFormer", {{"position_emb", {256, 512}}, {"quantize.embedding.weight", {1024, 256}}}},
      {"RestoreFormer",
       {{"encoder.down.0.block.0.norm1.weight", {64}},
        {"decoder.mid.attn_1.norm1.weight", {512}},
        {"decoder.up.0.block.0.norm1.weight", {64}},
        {"quantize.embedding.weight", {1024, 256}}}},
      {"autoencoder",  // without attention to another picture
       {{"encoder.down.0.block.0.norm1.weight", {64}},
        {"decoder.mid.attn_1.norm.weight", {512}},
        {"decoder.up.0.block.0.norm1.weight", {64}},
        {"quantize.embedding.weight", {1024, 256}}}},
      {"LaMa",
       {{"model.model.1.ffc.convl2l.weight", {64, 4, 7, 7}}, {"model.model.2.ffc.convg2l.weight", {64, 4, 3, 3}}}},
      {"ResShift",
       {{"input_blocks.0.0.weight", {160, 6, 3, 3}},
        {"input_blocks.1.1.blocks.0.attn.relative_position_bias_table", {225, 6}},
        {"time_embed.0.weight", {640, 160}}}},
      {"MambaIRv2",
       {{"layers.0.residual_group.layers.0.win_mhsa.relative_position_bias_table", {961, 6}},
        {"layers.0.residual_group.layers.0.assm.selectiveScan.A_logs", {48, 16}}}},
      {"IPT", {{"head.0.0.weight", {64, 3, 3, 3}}, {"body.encoder.layers.0.self_attn.in_proj_weight", {1728, 576}}}},
      {"AuraSR",
       {{"mid_block2.block1.proj.weights", {2, 8, 8, 3, 3}}, {"final_res_block.block1.proj.weights", {2, 8, 8, 3, 3}}}},
      {"DDColor",
       {{"encoder.arch.stages.3.0.gamma", {1536}},
        {"refine_net.0.0.weight_orig", {2, 103, 1, 1}},
        {"refine_net.0.0.weight_u", {2}}}},
      {"MAT", {{"synthesis.first_stage.conv_first.conv.resample_filter", {4, 4}}, {"mapping.fc0.weight", {512, 512}}}},
      {"AdaCode",
       {{"multiscale_encoder.in_conv.weight", {64, 3, 4, 4}},
        {"quantize_group.0.embedding.weight", {256, 256}},
        {"weight_predictor.blocks.0.swin_blks.0.residual_group.blocks.0.norm1.weight", {256}}}},
      {"FeMaSR",
       {{"multiscale_encoder.in_conv.weight", {64, 3, 4, 4}}, {"quantize_group.0.embedding.weight", {1024, 512}}}},
      {"videos",
       {{"spynet.basic_module.0.basic_module.0.conv.weight", {32, 8, 7, 7}}, {"conv_last.weight", {3, 64, 3, 3}}}},
      {"what is in a picture",
       {{"layer1.0.conv1.weight", {64, 64, 3, 3}}, {"fc.weight", {1000, 512}}, {"fc.bias", {1000}}}},
      {"what is in a picture", {{"features.0.weight", {64, 3, 3, 3}}, {"classifier.6.weight", {1000, 4096}}}},
      {"what is in a picture", {{"cls_token", {1, 1, 384}}, {"patch_embed.proj.weight", {384, 3, 14, 14}}}},
  };
}

class Recognition : public testing::Test {
 protected:
  std::string refusal(const std::filesystem::path& file) const {
    try {
      models::open(file);
    } catch (const Error& error) {
      return error.what();
    }
    return "opened";
  }
  TemporaryFolder folder_;
};

TEST_F(Recognition, saysWhatAFileLooksLike) {
  const auto file = folder_ / "download.safetensors";
  for (const Stranger& stranger : strangers()) {
    NamedTensors tensors;
    for (const auto& [name, shape] : stranger.tensors) tensors.emplace_back(name, at::ones({}).expand(shape));
    writeSafetensors(file, tensors);
    const std::string text = refusal(file);
    EXPECT_THAT(text, AllOf(HasSubstr("download.safetensors: it "), HasSubstr(stranger.words), HasSubstr("; ")))
        << stranger.tensors.front().first;
    EXPECT_EQ(inspect(file).family, nullptr);
  }
}

TEST_F(Recognition, ofFilesWithTrainingStateOnly) {
  const auto file = folder_ / "120000.state";
  writeGroups(file, {}, {"epoch", "iter", "optimizers", "schedulers"});
  EXPECT_THAT(refusal(file), AllOf(HasSubstr("120000.state: it holds the state of a training run only (epoch, iter, "
                                             "optimizers, schedulers), no weights; choose"),
                                   HasSubstr("beside it")));
  // KAIR's optimizerG: tensors, but none of a network.
  const auto adam = folder_ / "10_optimizerG.pth";
  writeGroups(adam, {{"state", {{"exp_avg", at::zeros({8, 3})}, {"exp_avg_sq", at::zeros({8, 3})}}}}, {"param_groups"});
  EXPECT_THAT(refusal(adam),
              AllOf(HasSubstr("10_optimizerG.pth: it holds optimizer state only"), HasSubstr("; choose")));
  writeGroups(adam, {}, {"state", "param_groups"});
  EXPECT_THAT(refusal(adam), HasSubstr("the state of a training run only"));
  // With nothing in particular in it.
  writeGroups(file, {}, {"x"});
  EXPECT_THAT(refusal(file), HasSubstr("there are no weights in the file; "));
}

TEST_F(Recognition, ofATensorWithoutName) {
  PickleWriter pickle;
  pickle.tensor({});
  std::ofstream(folder_ / "ctx.pt", std::ios::binary)
      << zipFile(zipCheckpoint(pickle.done(), {{"0", sampleStorage()}}));
  EXPECT_THAT(refusal(folder_ / "ctx.pt"), HasSubstr("ctx.pt: it holds a single tensor without a name"));
}

// MetaGAN's: no single verdict at its end.
TEST_F(Recognition, ofADiscriminatorByTheNameThatTrainingGivesIt) {
  const NamedTensors tensors = {{"stages.0.down.conv1.weight_orig", at::ones({16, 3, 3, 3})},
                                {"head.2.weight", at::ones({192, 768})}};
  writeSafetensors(folder_ / "net_d_40000.safetensors", tensors);
  EXPECT_THAT(refusal(folder_ / "net_d_40000.safetensors"), HasSubstr("GAN discriminator"));
  writeSafetensors(folder_ / "40000.safetensors", tensors);
  EXPECT_THAT(refusal(folder_ / "40000.safetensors"), HasSubstr("a network that Heirloom does not know"));
}

TEST_F(Recognition, takesNoNetworkOfOursForSomethingElse) {
  for (const Family& family : families()) {
    // A folder of several files, which is known by their names, holds an autoencoder as one of its parts.
    if (!family.published || family.name == "RestoreVAR") continue;
    for (const PublicNetwork& network : family.published()) {
      std::vector<std::pair<std::string, TensorEntry>> entries;
      for (const auto& [name, tensor] : network.shapes()) {
        TensorEntry entry;
        entry.shape = tensor.sizes().vec();
        entries.emplace_back(name, std::move(entry));
      }
      const auto found = recognised(StateDict(nullptr, std::move(entries)));
      EXPECT_FALSE(found) << network.name << ": " << found->what();
    }
  }
}

TEST_F(Recognition, leavesNearMissesToTheirFamilies) {
  // A discriminator's shapes under a network's names, or a network that lacks a tensor, is no discriminator.
  NamedTensors chain;
  for (int i = 0; i < 17; ++i) {
    chain.emplace_back("model." + std::to_string(2 * i) + ".weight",
                       at::zeros({i == 16 ? 1 : 8, i == 0 ? 1 : 8, 3, 3}));
    if (i != 4) chain.emplace_back("model." + std::to_string(2 * i) + ".bias", at::zeros({i == 16 ? 1 : 8}));
  }
  writeSafetensors(folder_ / "net.safetensors", chain);
  EXPECT_THAT(refusal(folder_ / "net.safetensors"), AllOf(HasSubstr("DnCNN"), HasSubstr("model.8.bias")));
}

}  // namespace
}  // namespace heirloom::tests
