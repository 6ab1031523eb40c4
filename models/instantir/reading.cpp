#include "models/instantir/reading.h"

#include <torch/types.h>

#include <algorithm>
#include <array>

#include "models/common/json_config.h"
#include "models/common/state_names.h"
#include "models/instantir/previewer_file.h"
#include "models/sdxl/tokenizer.h"
#include "models/sdxl/unet.h"

namespace heirloom::models {
namespace {

Reading<DiffusionConfig> refused(std::string reason, std::vector<std::string> unfit = {}) {
  return {std::nullopt, std::move(reason), std::move(unfit)};
}

/// What people have of the files, when it is only one of them. Empty: something else.
std::string loneFile(const StateDict& tensors) {
  constexpr const char* kWhole =
      ": give the folder in which sdxl/, dinov2/ and models/ lie side by side, or the diffusers folder of SDXL";
  const auto has = [&](const char* key) { return tensors.contains(key); };
  if (has("ip_adapter.1.to_k_ip.weight") || has("adapter_modules.1.to_k_ip.weight") || has("1.to_k_ip.weight"))
    return std::string("this is InstantIR's adapter alone") + kWhole;
  if (has("ref_conv_in.weight") && has("controlnet_mid_block.1.weight"))
    return std::string("this is InstantIR's aggregator alone") + kWhole;
  if (has("add_embedding.linear_1.weight") && has("conv_norm_out.weight") && has("time_embedding.linear_1.weight"))
    return std::string("this is the UNet of an SDXL alone") + kWhole;
  if (has("post_quant_conv.weight") && has("decoder.mid_block.resnets.0.conv1.weight"))
    return std::string("this is the autoencoder of a Stable Diffusion alone") + kWhole;
  if (has("text_model.embeddings.token_embedding.weight")) return std::string("this is a text encoder alone") + kWhole;
  if (has("embeddings.patch_embeddings.projection.weight") && has("encoder.layer.0.layer_scale1.lambda1"))
    return std::string("this is DINOv2 alone") + kWhole;
  return {};
}

/// The texts of the folder by name, empty where there is none.
class Texts {
 public:
  explicit Texts(const StateDict& tensors) : archive_(tensors.archive()) {}
  std::string operator[](const std::string& name) const {
    if (!archive_) return {};
    const auto found = archive_->metadata().find(name);
    return found == archive_->metadata().end() ? std::string() : found->second;
  }

 private:
  std::shared_ptr<const Archive> archive_;
};

ClipTextConfig textConfig(const StateDict& tensors, const Texts& texts, const std::string& part) {
  ClipTextConfig config = clipTextConfigOf(texts[part + ".config"], part);
  config.projection = sideOf(tensors, part + ".text_projection.weight", 0);
  return config;
}

/// Whether there is a file of it, whatever is in it.
bool hasTinyDecoder(const StateDict& tensors) {
  return std::ranges::any_of(tensors.entries(), [](const auto& item) {
    return item.first.starts_with("taesd.") || item.first.starts_with("unread_taesd.");
  });
}

DiffusionConfig configOf(const StateDict& tensors, bool restores) {
  const Texts texts(tensors);
  DiffusionConfig config;
  config.unet = unetConfigOf(texts["unet.config"]);
  config.vae = vaeConfigOf(texts["vae.config"]);
  config.text1 = textConfig(tensors, texts, "text_encoder");
  config.text2 = textConfig(tensors, texts, "text_encoder_2");
  if (const std::string text = texts["scheduler.config"]; !text.empty()) config.schedule = scheduleConfigOf(text);
  if (const StateDict tiny = tensors.under("taesd"); hasTinyDecoder(tensors)) config.tiny = tinyDecoderConfigOf(tiny);
  if (!restores) return config;
  config.restoring.emplace();
  config.restoring->dino = dinoV2ConfigOf(texts["dino.config"]);
  if (const std::string text = texts["dino.preprocessor"]; !text.empty())
    config.restoring->preprocessing = dinoPreprocessingOf(text);
  config.restoring->resampler = resamplerConfigOf(tensors);
  return config;
}

/// What is wrong though every file is there, in words; empty: nothing.
std::string contradiction(const DiffusionConfig& config) {
  const int width = config.text1.width + config.text2.width;
  if (width != config.unet.textWidth) {
    return "its text encoders give " + std::to_string(width) + " channels a token, its UNet takes " +
           std::to_string(config.unet.textWidth) + ": text_encoder or text_encoder_2 belongs to another model";
  }
  if (config.text2.projection != config.unet.pooledWidth()) {
    return "text_encoder_2 gives a text of " + std::to_string(config.text2.projection) + " channels, its UNet takes " +
           std::to_string(config.unet.pooledWidth()) + ": text_encoder_2 belongs to another model";
  }
  if (config.text1.positions != config.text2.positions) return "its text encoders read texts of different lengths";
  if (config.vae.latent != config.unet.inChannels || config.vae.latent != config.unet.outChannels) {
    return "vae makes latents of " + std::to_string(config.vae.latent) + " channels, its UNet takes " +
           std::to_string(config.unet.inChannels) + ": one of the two belongs to another model";
  }
  if (config.tiny && (config.tiny->latent != config.vae.latent || config.vae.factor() != TinyDecoderConfig::kFactor)) {
    return "taesd decodes latents of " + std::to_string(config.tiny->latent) + " channels and " +
           std::to_string(TinyDecoderConfig::kFactor) + " pixels, vae makes them of " +
           std::to_string(config.vae.latent) + " channels and " + std::to_string(config.vae.factor()) +
           " pixels: taesd belongs to another model";
  }
  if (config.restoring) {
    const DinoPreprocessing& seen = config.restoring->preprocessing;
    if (seen.crop < config.restoring->dino.patch) return "dinov2/preprocessor_config.json cuts out less than a patch";
    const ResamplerConfig& looking = config.restoring->resampler;
    for (const int size : {looking.queries, looking.width, looking.depth, looking.heads, looking.multiplier}) {
      if (size < 1) return "its adapter has no part image_proj, or not a whole one";
    }
    if (looking.inputs != config.restoring->dino.width) {
      return "its adapter looks at " + std::to_string(looking.inputs) + " channels, dinov2 gives " +
             std::to_string(config.restoring->dino.width) + ": dinov2 is of another size";
    }
    if (looking.outputs != config.unet.textWidth) {
      return "its adapter makes tokens of " + std::to_string(looking.outputs) + " channels, its UNet takes " +
             std::to_string(config.unet.textWidth) + ": the adapter was made for another UNet";
    }
  }
  return {};
}

/// Whether a tokeniser's words are those of its text encoder; throws Error where its files are broken.
std::string wrongTokenizer(const StateDict& tensors, const DiffusionConfig& config) {
  const Texts texts(tensors);
  for (const auto& [name, encoder] : {std::pair("tokenizer", &config.text1), std::pair("tokenizer_2", &config.text2)}) {
    const ClipTokenizer tokenizer = tokenizerOf(tensors, name);
    if (tokenizer.size() > encoder->vocabulary) {
      return std::string(name) + " knows " + std::to_string(tokenizer.size()) + " tokens, its text encoder " +
             std::to_string(encoder->vocabulary) + ": one of the two belongs to another model";
    }
  }
  return {};
}

/// Keys of a part that do not fit its network.
template <typename Network>
void addMisfits(std::vector<std::string>& unfit, Network network, const StateDict& tensors, const std::string& part) {
  for (const std::string& key : misfits(stateOf(*network), tensors.under(part), ignorableKeys()))
    unfit.push_back(part + ": " + key);
}

/// The picture branch may lack its time norms, which are then those of before their training, and may hold more than
/// anybody reads (unreadKeys).
void addAdapterMisfits(std::vector<std::string>& unfit, const PictureUNet& network, const StateDict& tensors) {
  addMisfits(unfit, network->image_proj, tensors, "adapter.image_proj");
  const NamedTensors expected = stateOf(*network->ip_adapter);
  const auto isKnown = [&](const std::string& key) {
    return std::ranges::any_of(expected, [&](const auto& item) { return item.first == key; });
  };
  for (const std::string& key : misfits(expected, tensors.under("adapter.ip_adapter"), {})) {
    const bool missing = key.starts_with("missing ");
    if (missing ? key.find(".ln_") == std::string::npos : isKnown(key)) unfit.push_back("adapter.ip_adapter: " + key);
  }
}

/// The previewer's corrections without their values: nothing is read. Throws Error for those of layers that are not
/// there.
LowRanks correctionShapes(const PictureUNet& network, const StateDict& tensors) {
  const StateDict corrections = tensors.under("previewer_lora");
  std::vector<std::string> names;
  for (const auto& [name, entry] : corrections.entries()) names.push_back(name);
  const auto shaped = [&](const std::string& name) { return at::zeros({}).expand(corrections.shape(name)); };
  return readPreviewer(names, shaped, network);
}

/// Corrections of the previewer that do not fit their layers; throws Error for those of layers that are not there.
void addPreviewerMisfits(std::vector<std::string>& unfit, PictureUNet& network, const StateDict& tensors) {
  const auto modules = network->named_modules();
  for (const auto& [path, correction] : correctionShapes(network, tensors)) {
    const auto* module = modules.find(path);
    if (!module) continue;
    const auto weight = (*module)->named_parameters(/*recurse=*/false)["weight"].sizes().vec();
    const auto down = correction.down.sizes().vec(), up = correction.up.sizes().vec();
    const bool fits = down.size() == weight.size() && up.size() == weight.size() && up[0] == weight[0] &&
                      std::equal(down.begin() + 1, down.end(), weight.begin() + 1);
    if (!fits) unfit.push_back("previewer_lora: " + path);
  }
}

/// What InstantIR adds to the networks of SDXL.
void addRestoringMisfits(std::vector<std::string>& unfit, const DiffusionConfig& config, const StateDict& tensors) {
  addMisfits(unfit, DinoV2(config.restoring->dino), tensors, "dino");
  addMisfits(unfit, Aggregator(config.unet), tensors, "aggregator");
  PictureUNet network(InstantIrConfig{config.unet, config.restoring->resampler});
  addAdapterMisfits(unfit, network, tensors);
  addPreviewerMisfits(unfit, network, tensors);
}

}  // namespace

ResamplerConfig resamplerConfigOf(const StateDict& tensors) {
  const std::string text = Texts(tensors)["adapter.config"];
  const std::string part = "adapter.image_proj.";
  const auto side = [&](const char* key, std::size_t index) { return sideOf(tensors, part + key, index); };
  ResamplerConfig config;
  if (!text.empty()) config.headWidth = JsonConfig(text, "models/config.json").size("dim_head", config.headWidth);
  config.queries = side("latents", 1);
  config.width = side("latents", 2);
  config.depth = countNumbered(tensors, part + "layers");
  config.heads = side("layers.0.0.to_q.weight", 0) / config.headWidth;
  config.inputs = side("proj_in.weight", 1);
  config.outputs = side("proj_out.weight", 0);
  if (config.width > 0) config.multiplier = side("layers.0.1.1.weight", 0) / config.width;
  return config;
}

ClipTokenizer tokenizerOf(const StateDict& tensors, const std::string& name) {
  const Texts texts(tensors);
  const std::string special = texts[name + ".special"];
  // Of SDXL's second tokeniser the file says so itself; where it is missing, that is the public one.
  const std::string padding =
      special.empty() ? (name == "tokenizer_2" ? "!" : "<|endoftext|>") : paddingTokenOf(special);
  return ClipTokenizer(texts[name + ".vocabulary"], texts[name + ".merges"], padding);
}

std::vector<std::string> unreadKeys(const StateDict& tensors, const DiffusionConfig& config) {
  if (!config.restoring) return {};
  const PictureUNet network(InstantIrConfig{config.unet, config.restoring->resampler});
  std::vector<std::string> unread;
  for (const std::string& key : misfits(stateOf(*network->ip_adapter), tensors.under("adapter.ip_adapter"), {})) {
    if (!key.starts_with("missing ")) unread.push_back(key);
  }
  return unread;
}

std::vector<std::string> uncorrectedLayersOf(const StateDict& tensors, const DiffusionConfig& config) {
  if (!config.restoring) return {};
  const PictureUNet network(InstantIrConfig{config.unet, config.restoring->resampler});
  return uncorrectedLayers(correctionShapes(network, tensors), network);
}

std::vector<std::string> ignorableKeys() {
  return {"position_ids"};
}

StateDict withPresentNames(const StateDict& tensors) {
  constexpr std::string_view kTiny = "taesd.";
  constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kAdapter{
      {{"adapter.image_proj_model.", "adapter.image_proj."}, {"adapter.adapter_modules.", "adapter.ip_adapter."}}};
  return tensors.renamed([&](const std::string& key) {
    if (key.starts_with("vae.")) return presentVaeKey(key);
    if (key.starts_with(kTiny)) {
      const std::string present = presentTinyDecoderKey(key.substr(kTiny.size()));
      return present.empty() ? "unread_" + key : std::string(kTiny) + present;
    }
    for (const auto& [old, present] : kAdapter) {
      if (key.starts_with(old)) return std::string(present) + key.substr(old.size());
    }
    return key;
  });
}

Reading<DiffusionConfig> readDiffusion(const StateDict& tensors) {
  if (const std::string reason = loneFile(tensors); !reason.empty()) return refused(reason);
  if (auto missing = missingOf(tensors, {"unet.conv_in.weight", "vae.decoder.conv_in.weight",
                                         "text_encoder.text_model.embeddings.token_embedding.weight",
                                         "text_encoder_2.text_model.embeddings.token_embedding.weight"});
      !missing.empty()) {
    return refused("it lacks the parts of an SDXL", std::move(missing));
  }
  const bool restores = !tensors.under("adapter").entries().empty();
  DiffusionConfig config;
  try {
    config = configOf(tensors, restores);
    if (std::string reason = contradiction(config); !reason.empty()) return refused(std::move(reason));
    if (std::string reason = wrongTokenizer(tensors, config); !reason.empty()) return refused(std::move(reason));
  } catch (const Error& error) {
    return refused(error.fault().english());
  }
  // Every layer has tensors of its own: a large number in a text makes no large network.
  const auto most = static_cast<int>(tensors.entries().size());
  for (const int layers : {config.text1.layers, config.text2.layers, config.vae.blocks, config.unet.blocks,
                           config.restoring ? config.restoring->dino.layers : 0}) {
    if (layers > most) return refused("a configuration names more layers than there are tensors");
  }
  std::vector<std::string> unfit;
  addMisfits(unfit, SdxlVae(config.vae), tensors, "vae");
  addMisfits(unfit, ClipText(config.text1), tensors, "text_encoder");
  addMisfits(unfit, ClipText(config.text2), tensors, "text_encoder_2");
  addMisfits(unfit, UNet(config.unet), tensors, "unet");
  if (config.tiny) addMisfits(unfit, TinyDecoder(*config.tiny), tensors, "taesd");
  try {
    if (config.restoring) addRestoringMisfits(unfit, config, tensors);
  } catch (const Error& error) {
    return refused(error.fault().english());
  }
  if (!unfit.empty()) {
    std::string reason = std::to_string(unfit.size()) + " keys do not fit";
    return refused(std::move(reason), std::move(unfit));
  }
  return {config, {}, {}};
}

}  // namespace heirloom::models
