#include "models/restorevar/reading.h"

#include <torch/types.h>

#include <array>
#include <string>
#include <utility>

#include "models/common/state_names.h"

namespace heirloom::models {
namespace {

constexpr int kGroups = 32;  // of the autoencoder's norms
constexpr std::size_t kMostLevels = 8;
constexpr std::int64_t kMostTokens = 1 << 20;
const std::vector<std::vector<int>>& publicSchedules() {
  static const std::vector<std::vector<int>> schedules = {
      {1, 2, 3, 4, 6, 9, 13, 18, 24, 32}, {1, 2, 3, 4, 5, 6, 8, 10, 13, 16}, {1, 2, 3, 4}};
  return schedules;
}

/// The scales' sides: "lvl_1L" holds each token's scale, so its runs are their squares.
std::vector<int> storedSides(const StateDict& tensors) {
  const std::string key = "var.lvl_1L";
  const TensorEntry* entry = tensors.find(key);
  if (!entry || !tensors.archive() || entry->numel() > kMostTokens || entry->dtype != DType::Int64) return {};
  const at::Tensor levels = readTensor(tensors, key).flatten();
  std::vector<int> sides;
  for (std::int64_t begin = 0; begin < levels.numel();) {
    std::int64_t end = begin;
    while (end < levels.numel() && levels[end].item<std::int64_t>() == static_cast<std::int64_t>(sides.size())) ++end;
    const int side = squareRoot(static_cast<int>(end - begin));
    if (side == 0) return {};
    sides.push_back(side);
    begin = end;
  }
  return sides;
}

std::vector<int> sidesOf(const StateDict& tensors, int scales, int grid, int tokens) {
  const auto fits = [&](const std::vector<int>& sides) {
    VarConfig config;
    config.sides = sides;
    return config.scales() == scales && config.grid() == grid && config.tokens() == tokens;
  };
  if (auto stored = storedSides(tensors); !stored.empty() && fits(stored)) return stored;
  for (const std::vector<int>& schedule : publicSchedules()) {
    if (fits(schedule)) return schedule;
  }
  return {};
}

Reading<RestoreVarConfig> refused(std::string reason, std::vector<std::string> unfit) {
  return {std::nullopt, std::move(reason), std::move(unfit)};
}

/// Of files that are known: what they are, and what to do.
Reading<RestoreVarConfig> known(Message what, Message remedy, std::vector<std::string> unfit = {}) {
  const Error error(std::move(what), std::move(remedy));
  return {std::nullopt, error.what(), std::move(unfit), error};
}

/// Its blocks are modulated by the class, each by itself or, in the one for squares of 512, all alike.
bool isOriginalVar(const StateDict& tensors, const std::string& prefix) {
  return tensors.contains(prefix + "pos_1LC") && (tensors.contains(prefix + "blocks.0.ada_lin.1.weight") ||
                                                  tensors.contains(prefix + "shared_ada_lin.1.weight"));
}

/// What people have of the two files, when it is not both. Empty reason: something else.
Reading<RestoreVarConfig> readPart(const StateDict& tensors) {
  const Message together =
      HEIRLOOM_TEXT("restorevar.part.remedy", "put both files into one folder and give the folder");
  if (tensors.contains("vae_refiner.norm_in.weight") && tensors.contains("word_embed_cond.weight")) {
    return known(
        HEIRLOOM_TEXT("restorevar.transformer",
                      "this is RestoreVAR's transformer, and its autoencoder, vae_restorevar.ckpt, is missing"),
        together);
  }
  if (tensors.contains("quantize.quant_resi.qresi_ls.0.weight") && tensors.contains("post_quant_conv.weight")) {
    return known(HEIRLOOM_TEXT("restorevar.autoencoder",
                               "this is an autoencoder of VAR or RestoreVAR, and RestoreVAR's transformer, "
                               "restorevar.pth, is missing"),
                 together);
  }
  for (const char* prefix : {"", "var."}) {
    if (isOriginalVar(tensors, prefix)) {
      return known(HEIRLOOM_TEXT("restorevar.original",
                                 "this is the original VAR, which paints pictures of a class and restores none"),
                   HEIRLOOM_TEXT("restorevar.original.remedy",
                                 "get RestoreVAR's own files, restorevar.pth and vae_restorevar.ckpt"));
    }
  }
  return {};
}

/// A transformer and an autoencoder that were not made for each other. Empty reason: they fit.
Reading<RestoreVarConfig> readPair(const StateDict& tensors, const VqVaeConfig& vae) {
  const Message matching =
      HEIRLOOM_TEXT("restorevar.pair.remedy", "give the transformer the autoencoder that it was trained with");
  const int predicted = sideOf(tensors, "var.head.weight", 0), embedded = sideOf(tensors, "var.word_embed.weight", 1);
  if (predicted != vae.vocabulary) {
    return known(HEIRLOOM_TEXT("restorevar.codes",
                               "these two files do not belong together: the transformer predicts %1 codes, the "
                               "autoencoder has %2")
                     .with(std::to_string(predicted), std::to_string(vae.vocabulary)),
                 matching, {"vae.quantize.embedding.weight"});
  }
  if (embedded != vae.latent) {
    return known(HEIRLOOM_TEXT("restorevar.latents",
                               "these two files do not belong together: the transformer takes latents of %1 channels, "
                               "the autoencoder makes %2")
                     .with(std::to_string(embedded), std::to_string(vae.latent)),
                 matching, {"vae.quant_conv.weight"});
  }
  return {};
}

/// What cannot be one network, though every tensor is there; empty: nothing.
std::pair<std::string, std::string> contradiction(const RestoreVarConfig& config) {
  const VarConfig& var = config.var;
  if (var.heads == 0 || var.width % var.heads != 0 || var.width / var.heads % 4 != 0) {
    return {"its width cannot be shared out among its heads", "var.blocks.0.attn.scale_mul_1H11"};
  }
  if (var.refiner.heads == 0 || var.refiner.heads * (var.width / var.heads) != var.refiner.width) {
    return {"the refiner's width is no multiple of a head's", "var.vae_refiner.proj_in.weight"};
  }
  if (config.vae.channels == 0 || config.vae.channels % kGroups != 0) {
    return {"the autoencoder's channels are no multiple of " + std::to_string(kGroups), "vae.encoder.conv_in.weight"};
  }
  return {};
}

}  // namespace

Reading<RestoreVarConfig> readRestoreVar(const StateDict& tensors) {
  if (auto part = readPart(tensors); !part.reason.empty()) return part;
  if (auto missing = missingOf(
          tensors,
          {"var.word_embed.weight", "var.class_emb.weight", "var.lvl_embed.weight", "var.head.weight",
           "var.blocks.0.attn.scale_mul_1H11", "var.blocks.0.ffn.fc1.weight", "var.vae_refiner.proj_in.weight",
           "var.vae_refiner.pos_embedding", "var.vae_refiner.pos_embedding_cond",
           "var.vae_refiner.transformer.layers.0.1.net.1.weight", "vae.encoder.conv_in.weight",
           "vae.encoder.down.0.block.0.conv1.weight", "vae.quantize.embedding.weight", "vae.quant_conv.weight"});
      !missing.empty()) {
    return refused("it lacks a transformer over scales and its autoencoder", std::move(missing));
  }
  RestoreVarConfig config;
  VarConfig& var = config.var;
  var.depth = countNumbered(tensors, "var.blocks");
  var.width = sideOf(tensors, "var.word_embed.weight", 0);
  var.heads = sideOf(tensors, "var.blocks.0.attn.scale_mul_1H11", 1);
  var.hidden = sideOf(tensors, "var.blocks.0.ffn.fc1.weight", 0);
  var.classes = sideOf(tensors, "var.class_emb.weight", 0) - 1;
  var.refiner.width = sideOf(tensors, "var.vae_refiner.proj_in.weight", 0);
  var.refiner.depth = countNumbered(tensors, "var.vae_refiner.transformer.layers");
  var.refiner.hidden = sideOf(tensors, "var.vae_refiner.transformer.layers.0.1.net.1.weight", 0);
  // Not stored: as wide as the transformer's own.
  if (var.heads > 0 && var.width >= var.heads) var.refiner.heads = var.refiner.width / (var.width / var.heads);

  VqVaeConfig& vae = config.vae;
  vae.channels = sideOf(tensors, "vae.encoder.conv_in.weight", 0);
  vae.blocks = countNumbered(tensors, "vae.encoder.down.0.block");
  vae.latent = sideOf(tensors, "vae.quant_conv.weight", 0);
  vae.vocabulary = sideOf(tensors, "vae.quantize.embedding.weight", 0);
  if (auto pair = readPair(tensors, vae); !pair.reason.empty()) return pair;
  if (auto [reason, key] = contradiction(config); !reason.empty()) return refused(reason, {key});
  vae.multipliers.clear();
  const int levels = countNumbered(tensors, "vae.encoder.down");
  for (int level = 0; level < levels && vae.multipliers.size() <= kMostLevels; ++level) {
    const std::string key = "vae.encoder.down." + std::to_string(level) + ".block.0.conv1.weight";
    vae.multipliers.push_back(sideOf(tensors, key, 0) / vae.channels);
    if (vae.multipliers.back() == 0) return refused("a level of its autoencoder is not as it should be", {key});
  }
  // Every counted part has tensors of its own: a name with a large number makes no large network.
  const auto most = static_cast<int>(tensors.entries().size());
  if (vae.multipliers.size() > kMostLevels || std::max({var.depth, var.refiner.depth, vae.blocks}) > most) {
    return refused("it names more blocks than it has tensors", {"var.blocks"});
  }
  const int grid = squareRoot(sideOf(tensors, "var.vae_refiner.pos_embedding", 1));
  var.sides = sidesOf(tensors, sideOf(tensors, "var.lvl_embed.weight", 0), grid,
                      sideOf(tensors, "var.vae_refiner.pos_embedding_cond", 1));
  if (var.sides.empty()) {
    return refused("the sizes of its token maps are neither stored nor a public schedule", {"missing var.lvl_1L"});
  }
  return {config, {}, {}};
}

StateDict withoutTrainer(const StateDict& tensors) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kParts{
      {{"trainer.var_wo_ddp.", "var."}, {"trainer.vae_local.", "vae."}}};
  std::vector<std::pair<std::string, TensorEntry>> entries;
  for (const auto& [name, entry] : tensors.entries()) {
    for (const auto& [from, to] : kParts) {
      if (name.starts_with(from)) entries.emplace_back(std::string(to) + name.substr(from.size()), entry);
    }
  }
  return entries.empty() ? tensors : StateDict(tensors.archive(), std::move(entries));
}

}  // namespace heirloom::models
