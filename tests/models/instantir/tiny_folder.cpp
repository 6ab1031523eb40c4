#include "tests/models/instantir/tiny_folder.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "models/checkpoint/tensors.h"
#include "models/common/random_weights.h"
#include "models/sdxl/unet.h"
#include "tests/models/sdxl/tiny_text.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using nlohmann::json;

json unetJson() {
  const UNetConfig config = tinyUNet();
  return {{"_class_name", "UNet2DConditionModel"},
          {"act_fn", "silu"},
          {"addition_embed_type", "text_time"},
          {"addition_time_embed_dim", config.sizeEmbedding},
          {"attention_head_dim", config.heads},
          {"block_out_channels", config.widths},
          {"cross_attention_dim", config.textWidth},
          {"down_block_types", {"DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"}},
          {"in_channels", config.inChannels},
          {"layers_per_block", config.blocks},
          {"norm_eps", config.epsilon},
          {"norm_num_groups", config.groups},
          {"out_channels", config.outChannels},
          {"projection_class_embeddings_input_dim", config.additionWidth},
          {"sample_size", config.sampleSide},
          {"transformer_layers_per_block", {1, 1, 2}},
          {"up_block_types", {"CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"}},
          {"use_linear_projection", true}};
}

json vaeJson() {
  const SdxlVaeConfig config = tinyVae();
  return {{"block_out_channels", config.channels}, {"layers_per_block", config.blocks},
          {"latent_channels", config.latent},      {"norm_num_groups", config.groups},
          {"scaling_factor", config.scaling},      {"force_upcast", true}};
}

json textJson(const ClipTextConfig& config) {
  return {{"vocab_size", config.vocabulary},
          {"max_position_embeddings", config.positions},
          {"hidden_size", config.width},
          {"num_hidden_layers", config.layers},
          {"num_attention_heads", config.heads},
          {"intermediate_size", config.hidden},
          {"hidden_act", config.quickGelu ? "quick_gelu" : "gelu"}};
}

template <typename Network>
void writeWeights(const std::filesystem::path& file, Network network) {
  std::filesystem::create_directories(file.parent_path());
  writeSafetensors(file, randomWeights(stateOf(*network)));
}

}  // namespace

UNetConfig tinyUNet() {
  UNetConfig config;
  config.widths = {32, 64, 128};
  config.heads = {2, 4, 8};
  config.depths = {0, 1, 2};
  config.textWidth = kTinyText1.width + kTinyText2.width;
  config.groups = 8;
  config.sizeEmbedding = 16;
  config.additionWidth = 6 * config.sizeEmbedding + kTinyText2.projection;
  config.sampleSide = 16;
  return config;
}

SdxlVaeConfig tinyVae() {
  SdxlVaeConfig config;
  config.channels = {16, 32, 32, 32};
  config.groups = 8;
  return config;
}

void writeText(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

void writeTinySdxl(const std::filesystem::path& folder) {
  const torch::NoGradGuard noGrad;
  writeText(folder / "unet/config.json", unetJson().dump());
  writeText(folder / "vae/config.json", vaeJson().dump());
  writeText(folder / "text_encoder/config.json", textJson(kTinyText1).dump());
  writeText(folder / "text_encoder_2/config.json", textJson(kTinyText2).dump());
  for (const char* tokenizer : {"tokenizer", "tokenizer_2"}) {
    writeText(folder / tokenizer / "vocab.json", tinyVocabulary());
    writeText(folder / tokenizer / "merges.txt", kTinyMerges);
  }
  writeText(folder / "tokenizer/special_tokens_map.json", R"({"pad_token": "<|endoftext|>"})");
  writeText(folder / "tokenizer_2/special_tokens_map.json", R"({"pad_token": {"content": "!"}})");
  writeWeights(folder / "unet/diffusion_pytorch_model.safetensors", UNet(tinyUNet()));
  writeWeights(folder / "vae/diffusion_pytorch_model.safetensors", SdxlVae(tinyVae()));
  writeWeights(folder / "text_encoder/model.safetensors", ClipText(kTinyText1));
  writeWeights(folder / "text_encoder_2/model.safetensors", ClipText(kTinyText2));
}

}  // namespace heirloom::tests
