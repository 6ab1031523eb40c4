#include "tests/models/instantir/tiny_folder.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "models/checkpoint/tensors.h"
#include "models/common/random_weights.h"
#include "models/dinov2/dinov2.h"
#include "models/instantir/network.h"
#include "models/sdxl/unet.h"
#include "tests/models/instantir/golden.h"
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

/// The name that a file of corrections has for a layer, without its end.
std::string publishedName(const std::string& path, const PictureUNet& network) {
  const std::size_t dot = path.find('.');
  const std::string rest = path.substr(dot + 1);
  if (path.starts_with("unet.")) return path;
  if (path.starts_with("image_proj.")) return "unet.encoder_hid_proj.image_projection_layers.0." + rest;
  for (const auto& place : network->ip_adapter->places()) {
    if (rest.starts_with(place.number + ".")) return "unet." + place.path + rest.substr(place.number.size());
  }
  return {};
}

/// Corrections of rank 4 of every layer that can have one.
NamedTensors corrections(const PictureUNet& network) {
  constexpr std::int64_t kCorrectionRank = 4;
  NamedTensors shapes;
  const auto modules = network->named_modules();
  for (const std::string& path : adaptablePaths(network)) {
    std::vector<std::int64_t> down = modules[path]->named_parameters()["weight"].sizes().vec(), up(down.size(), 1);
    up[0] = down[0], up[1] = kCorrectionRank, down[0] = kCorrectionRank;
    const std::string name = publishedName(path, network);
    shapes.emplace_back(name + ".lora_A.weight", at::empty(down));
    shapes.emplace_back(name + ".lora_B.weight", at::empty(up));
  }
  return randomWeights(shapes);
}

template <typename Network>
void writeWeights(const std::filesystem::path& file, Network network) {
  std::filesystem::create_directories(file.parent_path());
  writeSafetensors(file, randomWeights(stateOf(*network)));
}

}  // namespace

UNetConfig tinyUNet() {
  return tinyInstantIr().unet;
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

void writeTinyInstantIr(const std::filesystem::path& folder) {
  const torch::NoGradGuard noGrad;
  writeTinySdxl(folder / "sdxl");
  const DinoV2Config dino{.width = 40, .layers = 2, .heads = 4, .hidden = 160, .imageSize = 70};
  writeText(folder / "dinov2/config.json", json{{"hidden_size", dino.width},
                                                {"num_hidden_layers", dino.layers},
                                                {"num_attention_heads", dino.heads},
                                                {"mlp_ratio", dino.hidden / dino.width},
                                                {"patch_size", dino.patch},
                                                {"image_size", dino.imageSize}}
                                               .dump());
  writeText(folder / "dinov2/preprocessor_config.json",
            json{{"size", {{"shortest_edge", 48}}}, {"crop_size", {{"height", 42}, {"width", 42}}}}.dump());
  writeWeights(folder / "dinov2/model.safetensors", DinoV2(dino));

  InstantIrConfig config = tinyInstantIr();
  config.resampler.inputs = dino.width;
  const PictureUNet network(config);
  NamedTensors adapter;
  for (const auto& [name, tensor] : randomWeights(stateOf(*network))) {
    if (!name.starts_with("unet.")) adapter.emplace_back(name, tensor);
  }
  std::filesystem::create_directories(folder / "models");
  writeSafetensors(folder / "models/adapter.pt", adapter);
  writeText(folder / "models/config.json", json{{"dim_head", config.resampler.headWidth}}.dump());
  writeWeights(folder / "models/aggregator.pt", Aggregator(config.unet));
  writeSafetensors(folder / "models/previewer_lora_weights.bin", corrections(network));
}

}  // namespace heirloom::tests
