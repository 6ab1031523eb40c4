#include "tests/models/instantir/tiny_folder.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "models/common/random_weights.h"
#include "models/sdxl/unet.h"
#include "tests/models/instantir/golden.h"
#include "tests/models/sdxl/tiny_text.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using nlohmann::json;

json unetJson(const UNetConfig& config) {
  std::vector<int> depths;
  std::vector<std::string> down, up;
  for (const int depth : config.depths) {
    depths.push_back(std::max(1, depth));
    down.emplace_back(depth > 0 ? "CrossAttnDownBlock2D" : "DownBlock2D");
    up.insert(up.begin(), depth > 0 ? "CrossAttnUpBlock2D" : "UpBlock2D");
  }
  return {{"_class_name", "UNet2DConditionModel"},
          {"act_fn", "silu"},
          {"addition_embed_type", "text_time"},
          {"addition_time_embed_dim", config.sizeEmbedding},
          {"attention_head_dim", config.heads},
          {"block_out_channels", config.widths},
          {"cross_attention_dim", config.textWidth},
          {"down_block_types", down},
          {"in_channels", config.inChannels},
          {"layers_per_block", config.blocks},
          {"norm_eps", config.epsilon},
          {"norm_num_groups", config.groups},
          {"out_channels", config.outChannels},
          {"projection_class_embeddings_input_dim", config.additionWidth},
          {"sample_size", config.sampleSide},
          {"transformer_layers_per_block", depths},
          {"up_block_types", up},
          {"use_linear_projection", true}};
}

json vaeJson(const SdxlVaeConfig& config) {
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

/// Corrections of every layer that can have one.
NamedTensors corrections(const PictureUNet& network, std::int64_t rank) {
  NamedTensors shapes;
  const auto modules = network->named_modules();
  for (const std::string& path : adaptablePaths(network)) {
    std::vector<std::int64_t> down = modules[path]->named_parameters()["weight"].sizes().vec(), up(down.size(), 1);
    up[0] = down[0], up[1] = rank, down[0] = rank;
    const std::string name = publishedName(path, network);
    shapes.emplace_back(name + ".lora_A.weight", at::empty(down));
    shapes.emplace_back(name + ".lora_B.weight", at::empty(up));
  }
  return shapes;
}

void writeRandomly(const std::filesystem::path& file, const NamedTensors& shapes) {
  writeSafetensors(file, randomWeights(shapes));
}

}  // namespace

void writeText(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

FolderNetworks tinyNetworks() {
  FolderNetworks networks;
  networks.restorer = tinyInstantIr();
  networks.vae.channels = {16, 32, 32, 32};
  networks.vae.groups = 8;
  networks.text1 = kTinyText1;
  networks.text2 = kTinyText2;
  networks.dino = {.width = 40, .layers = 2, .heads = 4, .hidden = 160, .imageSize = 70};
  networks.preprocessing.shortestEdge = 48;
  networks.preprocessing.crop = 42;
  networks.restorer.resampler.inputs = networks.dino.width;
  networks.rank = 4;
  return networks;
}

FolderNetworks publishedNetworks() {
  FolderNetworks networks;
  networks.text2 = {.width = 1280, .layers = 32, .heads = 20, .hidden = 5120, .projection = 1280, .quickGelu = false};
  return networks;
}

void writeSdxl(const std::filesystem::path& folder, const FolderNetworks& networks, const TensorWriter& write) {
  const torch::NoGradGuard noGrad;
  writeText(folder / "unet/config.json", unetJson(networks.restorer.unet).dump());
  writeText(folder / "vae/config.json", vaeJson(networks.vae).dump());
  writeText(folder / "text_encoder/config.json", textJson(networks.text1).dump());
  writeText(folder / "text_encoder_2/config.json", textJson(networks.text2).dump());
  for (const char* tokenizer : {"tokenizer", "tokenizer_2"}) {
    writeText(folder / tokenizer / "vocab.json", tinyVocabulary());
    writeText(folder / tokenizer / "merges.txt", kTinyMerges);
  }
  writeText(folder / "tokenizer/special_tokens_map.json", R"({"pad_token": "<|endoftext|>"})");
  writeText(folder / "tokenizer_2/special_tokens_map.json", R"({"pad_token": {"content": "!"}})");
  write(folder / "unet/diffusion_pytorch_model.safetensors", stateOf(*UNet(networks.restorer.unet)));
  write(folder / "vae/diffusion_pytorch_model.safetensors", stateOf(*SdxlVae(networks.vae)));
  write(folder / "text_encoder/model.safetensors", stateOf(*ClipText(networks.text1)));
  write(folder / "text_encoder_2/model.safetensors", stateOf(*ClipText(networks.text2)));
}

void writeInstantIr(const std::filesystem::path& folder, const FolderNetworks& networks, const TensorWriter& write) {
  const torch::NoGradGuard noGrad;
  writeSdxl(folder / "sdxl", networks, write);
  const DinoV2Config& dino = networks.dino;
  const int crop = networks.preprocessing.crop;
  writeText(folder / "dinov2/config.json", json{{"hidden_size", dino.width},
                                                {"num_hidden_layers", dino.layers},
                                                {"num_attention_heads", dino.heads},
                                                {"mlp_ratio", dino.hidden / dino.width},
                                                {"patch_size", dino.patch},
                                                {"image_size", dino.imageSize}}
                                               .dump());
  writeText(folder / "dinov2/preprocessor_config.json",
            json{{"size", {{"shortest_edge", networks.preprocessing.shortestEdge}}},
                 {"crop_size", {{"height", crop}, {"width", crop}}}}
                .dump());
  write(folder / "dinov2/model.safetensors", stateOf(*DinoV2(dino)));

  const PictureUNet network(networks.restorer);
  NamedTensors adapter;
  for (const auto& [name, tensor] : stateOf(*network)) {
    if (!name.starts_with("unet.")) adapter.emplace_back(name, tensor);
  }
  writeText(folder / "models/config.json", json{{"dim_head", networks.restorer.resampler.headWidth}}.dump());
  write(folder / "models/adapter.pt", adapter);
  write(folder / "models/aggregator.pt", stateOf(*Aggregator(networks.restorer.unet)));
  write(folder / "models/previewer_lora_weights.bin", corrections(network, networks.rank));
}

void writeTinySdxl(const std::filesystem::path& folder) {
  writeSdxl(folder, tinyNetworks(), writeRandomly);
}

void writeTinyInstantIr(const std::filesystem::path& folder) {
  writeInstantIr(folder, tinyNetworks(), writeRandomly);
}

}  // namespace heirloom::tests
