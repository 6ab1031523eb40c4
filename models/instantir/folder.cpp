#include "models/instantir/folder.h"

namespace heirloom::models {
namespace {

using Names = std::vector<std::string>;

/// Files of a diffusers folder, which is one of `roots`.
Names inDiffusers(const Names& files, const Names& roots) {
  Names names;
  for (const std::string& folder : roots) {
    for (const std::string& file : files) names.push_back(folder + file);
  }
  return names;
}

/// The spellings of a checkpoint `stem` of `folder`, "" or ending in "/": whole or in several files, in full or in half
/// precision, and the older pickle.
Names spellings(const std::string& folder, const std::string& stem, const std::string& pickle) {
  Names names;
  for (const char* end : {".safetensors", ".fp16.safetensors", ".safetensors.index.json",
                          ".safetensors.index.fp16.json", ".fp16.safetensors.index.json"})
    names.push_back(folder + stem + end);
  names.push_back(folder + pickle);
  return names;
}

std::vector<FolderLayout::Part> diffusersParts(const Names& roots) {
  const char* stem = "diffusion_pytorch_model";
  return {{"unet", inDiffusers(spellings("unet/", stem, "diffusion_pytorch_model.bin"), roots)},
          {"vae", inDiffusers(spellings("vae/", stem, "diffusion_pytorch_model.bin"), roots)},
          {"text_encoder", inDiffusers(spellings("text_encoder/", "model", "pytorch_model.bin"), roots)},
          {"text_encoder_2", inDiffusers(spellings("text_encoder_2/", "model", "pytorch_model.bin"), roots)},
          {"taesd",
           inDiffusers({"taesd/taesdxl_decoder.safetensors", "taesd/taesdxl_decoder.pth",
                        "taesd/diffusion_pytorch_model.safetensors"},
                       roots),
           false}};
}

std::vector<FolderLayout::Part> diffusersTexts(const Names& roots) {
  std::vector<FolderLayout::Part> texts;
  for (const char* part : {"unet", "vae", "text_encoder", "text_encoder_2"})
    texts.push_back({std::string(part) + ".config", inDiffusers({std::string(part) + "/config.json"}, roots)});
  for (const std::string tokenizer : {"tokenizer", "tokenizer_2"}) {
    texts.push_back({tokenizer + ".vocabulary", inDiffusers({tokenizer + "/vocab.json"}, roots)});
    texts.push_back({tokenizer + ".merges", inDiffusers({tokenizer + "/merges.txt"}, roots)});
    texts.push_back({tokenizer + ".special", inDiffusers({tokenizer + "/special_tokens_map.json"}, roots), false});
  }
  texts.push_back({"scheduler.config", inDiffusers({"scheduler/scheduler_config.json"}, roots), false});
  return texts;
}

/// One of InstantIR's own three files: as released, as its training writes it, beside the folder or in it.
FolderLayout::Part ownPart(const char* name, const std::string& released, const std::string& trained) {
  const std::string stem = released.substr(0, released.rfind('.'));
  Names files;
  for (const char* folder : {"models/", ""}) {
    for (const std::string& file : {released, stem + ".safetensors", trained}) files.push_back(folder + file);
  }
  return {name, files};
}

FolderLayout instantIr() {
  const Names roots = {"sdxl/", ""};
  FolderLayout layout{"InstantIR", diffusersParts(roots), diffusersTexts(roots)};
  layout.parts.push_back({"dino", spellings("dinov2/", "model", "pytorch_model.bin")});
  layout.parts.push_back(ownPart("adapter", "adapter.pt", "adapter_ckpt.pt"));
  layout.parts.push_back(ownPart("aggregator", "aggregator.pt", "aggregator_ckpt.pt"));
  layout.parts.push_back(ownPart("previewer_lora", "previewer_lora_weights.bin", "pytorch_lora_weights.bin"));
  layout.texts.push_back({"adapter.config", {"models/config.json"}, false});
  layout.texts.push_back({"dino.config", {"dinov2/config.json"}});
  layout.texts.push_back({"dino.preprocessor", {"dinov2/preprocessor_config.json"}, false});
  return layout;
}

}  // namespace

const FolderLayout kInstantIrFolder = instantIr();
const FolderLayout kSdxlFolder = {"SDXL", diffusersParts({""}), diffusersTexts({""})};

}  // namespace heirloom::models
