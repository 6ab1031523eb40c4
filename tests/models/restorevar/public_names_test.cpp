// Names and shapes of RestoreVAR's two public files (restorevar.md 1.4), written down by rules of their own.

#include <gtest/gtest.h>
#include <torch/types.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "models/checkpoint/state_dict.h"
#include "models/registry.h"
#include "models/restorevar/family.h"
#include "tests/models/restorevar/tiny_folder.h"

namespace heirloom::tests {
namespace {

using namespace heirloom::models;
using Shapes = std::map<std::string, std::vector<std::int64_t>>;

/// A layer's weight and its bias, which is as long as the weight's first side.
void addLayer(Shapes& file, const std::string& name, std::vector<std::int64_t> weight) {
  file[name + ".bias"] = {weight.front()};
  file[name + ".weight"] = std::move(weight);
}

void addBlock(Shapes& file, const std::string& block) {
  for (const char* attention : {"attn.", "cross_attn."}) file[block + attention + "scale_mul_1H11"] = {1, 16, 1, 1};
  for (const char* vector : {"q_bias", "v_bias", "zero_k_bias"}) file[block + "attn." + vector] = {1024};
  file[block + "attn.mat_qkv.weight"] = {3 * 1024, 1024};
  addLayer(file, block + "attn.proj", {1024, 1024});
  addLayer(file, block + "ffn.fc1", {4096, 1024});
  addLayer(file, block + "ffn.fc2", {1024, 4096});
  file[block + "cross_attn.gain"] = {};
  file[block + "cross_attn.q_proj.weight"] = {1024, 1024};
  file[block + "cross_attn.kv_proj.weight"] = {2 * 1024, 1024};
  addLayer(file, block + "cross_attn.out_proj", {1024, 1024});
  for (const char* norm : {"norm_q", "norm_kv"}) addLayer(file, block + "cross_attn." + norm, {1024});
}

void addRefinerLayer(Shapes& file, const std::string& layer) {
  addLayer(file, layer + "0.norm", {384});
  file[layer + "0.to_qkv.weight"] = {3 * 384, 384};
  addLayer(file, layer + "0.to_out.0", {384, 384});
  addLayer(file, layer + "1.net.0", {384});
  addLayer(file, layer + "1.net.1", {768, 384});
  addLayer(file, layer + "1.net.4", {384, 768});
  for (const char* norm : {"norm_q", "norm_kv"}) addLayer(file, layer + "2." + norm, {384});
  file[layer + "2.to_q.weight"] = {384, 384};
  file[layer + "2.to_kv.weight"] = {2 * 384, 384};
  addLayer(file, layer + "2.to_out", {384, 384});
}

/// restorevar.pth.
Shapes transformerFile() {
  Shapes file;
  file["class_emb.weight"] = {1001, 1024};
  file["lvl_embed.weight"] = {10, 1024};
  file["lvl_embed_cond.weight"] = {1, 1024};
  file["global_embed_gain"] = {};
  for (const char* embedding : {"word_embed", "word_embed_cond", "global_embed"}) addLayer(file, embedding, {1024, 32});
  addLayer(file, "cond_proj4", {32, 32});
  addLayer(file, "head", {4096, 1024});
  for (int i = 0; i < 16; ++i) addBlock(file, "blocks." + std::to_string(i) + ".");
  addLayer(file, "vae_refiner.norm_in", {32});
  addLayer(file, "vae_refiner.norm_in_cond", {1024});
  file["vae_refiner.proj_in.weight"] = {384, 32};
  file["vae_refiner.proj_in_cond.weight"] = {384, 1024};
  file["vae_refiner.proj_out.weight"] = {32, 384};
  file["vae_refiner.pos_embedding"] = {1, 1024, 384};
  file["vae_refiner.pos_embedding_cond"] = {1, 2240, 384};
  addLayer(file, "vae_refiner.transformer.norm", {384});
  for (int i = 0; i < 12; ++i) addRefinerLayer(file, "vae_refiner.transformer.layers." + std::to_string(i) + ".");
  file["lvl_1L"] = {1, 2240};
  file["lvl_1L_cond"] = {1, 1024};
  file["attn_bias_for_masking"] = {1, 1, 2240, 2240};
  file["freqs_cis"] = {2240, 32};
  file["freqs_cis_cross"] = {1024, 32};
  return file;
}

void addResBlock(Shapes& file, const std::string& block, std::int64_t in, std::int64_t out) {
  addLayer(file, block + ".norm1", {in});
  addLayer(file, block + ".conv1", {out, in, 3, 3});
  addLayer(file, block + ".norm2", {out});
  addLayer(file, block + ".conv2", {out, out, 3, 3});
  if (in != out) addLayer(file, block + ".nin_shortcut", {out, in, 1, 1});
}

void addAttention(Shapes& file, const std::string& attention, std::int64_t channels) {
  addLayer(file, attention + ".norm", {channels});
  addLayer(file, attention + ".qkv", {3 * channels, channels, 1, 1});
  addLayer(file, attention + ".proj_out", {channels, channels, 1, 1});
}

/// Of the encoder or the decoder what both have: the middle and the way out.
void addMiddleAndEnd(Shapes& file, const std::string& part, std::int64_t last, std::int64_t out) {
  addResBlock(file, part + "mid.block_1", 640, 640);
  addAttention(file, part + "mid.attn_1", 640);
  addResBlock(file, part + "mid.block_2", 640, 640);
  addLayer(file, part + "norm_out", {last});
  addLayer(file, part + "conv_out", {out, last, 3, 3});
}

/// vae_restorevar.ckpt.
Shapes autoencoderFile() {
  const std::vector<std::int64_t> widths = {160, 160, 320, 320, 640};
  Shapes file;
  std::int64_t width = widths.front();
  addLayer(file, "encoder.conv_in", {width, 3, 3, 3});
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const std::string level = "encoder.down." + std::to_string(i);
    addResBlock(file, level + ".block.0", width, widths[i]);
    addResBlock(file, level + ".block.1", widths[i], widths[i]);
    width = widths[i];
    if (i < 4) addLayer(file, level + ".downsample.conv", {width, width, 3, 3});
  }
  for (const char* attention : {"0", "1"}) addAttention(file, std::string("encoder.down.4.attn.") + attention, width);
  addMiddleAndEnd(file, "encoder.", width, 32);

  addLayer(file, "decoder.conv_in", {width, 32, 3, 3});
  for (std::size_t i = widths.size(); i-- > 0;) {
    const std::string level = "decoder.up." + std::to_string(i);
    addResBlock(file, level + ".block.0", width, widths[i]);
    width = widths[i];
    for (const char* block : {".block.1", ".block.2"}) addResBlock(file, level + block, width, width);
    if (i > 0) addLayer(file, level + ".upsample.conv", {width, width, 3, 3});
  }
  for (const char* attention : {"0", "1", "2"}) addAttention(file, std::string("decoder.up.4.attn.") + attention, 640);
  addMiddleAndEnd(file, "decoder.", width, 3);

  file["quantize.embedding.weight"] = {4096, 32};
  for (int i = 0; i < 4; ++i) addLayer(file, "quantize.quant_resi.qresi_ls." + std::to_string(i), {32, 32, 3, 3});
  file["quantize.ema_vocab_hit_SV"] = {10, 4096};
  for (const char* outer : {"quant_conv", "post_quant_conv"}) addLayer(file, outer, {32, 32, 3, 3});
  return file;
}

StateDict bothFiles(const Shapes& transformer, const Shapes& autoencoder) {
  std::vector<std::pair<std::string, TensorEntry>> entries;
  for (const auto& [name, shape] : transformer) entries.emplace_back("var." + name, TensorEntry{.shape = shape});
  for (const auto& [name, shape] : autoencoder) entries.emplace_back("vae." + name, TensorEntry{.shape = shape});
  return {nullptr, std::move(entries)};
}

/// What is wrong with the names and shapes of both files; empty: they are the public network's.
std::string complaintOf(const Shapes& transformer, const Shapes& autoencoder) {
  const StateDict tensors = bothFiles(transformer, autoencoder);
  const Match match = kRestoreVar.detect(tensors);
  if (match.descriptor) return detectRestoreVar(tensors) == RestoreVarConfig{} ? "" : "of other sizes";
  std::string text = match.reason;
  for (const std::string& key : match.unfit) text += " " + key;
  return text;
}

TEST(RestoreVarPublicNames, areThoseOfTheNetwork) {
  const Shapes transformer = transformerFile(), autoencoder = autoencoderFile();
  EXPECT_EQ(transformer.size(), 594U);
  EXPECT_EQ(autoencoder.size(), 324U);
  EXPECT_EQ(complaintOf(transformer, autoencoder), "");

  Shapes lacking = transformer, other = autoencoder;
  lacking.erase("vae_refiner.transformer.layers.7.2.to_kv.weight");
  other["decoder.up.1.block.0.nin_shortcut.weight"] = {160, 320, 3, 3};
  EXPECT_EQ(complaintOf(lacking, other),
            "2 keys do not fit missing var.vae_refiner.transformer.layers.7.2.to_kv.weight "
            "vae.decoder.up.1.block.0.nin_shortcut.weight");
}

/// var_d16.pth: VAR for squares of 256, modulated by the class, with positions and without a picture to look at.
Shapes originalTransformerFile() {
  Shapes file;
  for (const auto& [name, shape] : transformerFile()) {
    const bool ofPictures = name.starts_with("vae_refiner.") || name.find("cross_attn.") != name.npos ||
                            name.find("_cond") != name.npos || name.starts_with("global_embed") ||
                            name.starts_with("cond_proj4") || name.starts_with("freqs_cis");
    if (!ofPictures) file[name] = shape;
  }
  file["lvl_1L"] = {1, 680};
  file["attn_bias_for_masking"] = {1, 1, 680, 680};
  file["pos_start"] = {1, 1, 1024};
  file["pos_1LC"] = {1, 680, 1024};
  for (int i = 0; i < 16; ++i) addLayer(file, "blocks." + std::to_string(i) + ".ada_lin.1", {6 * 1024, 1024});
  addLayer(file, "head_nm.ada_lin.1", {2 * 1024, 1024});
  return file;
}

/// What is said of one of the files by itself.
std::string saidOf(const Shapes& file) {
  std::vector<std::pair<std::string, TensorEntry>> entries;
  for (const auto& [name, shape] : file) entries.emplace_back(name, TensorEntry{.shape = shape});
  const Match match = kRestoreVar.detect(StateDict(nullptr, std::move(entries)));
  return match.known ? match.known->what() : "nothing";
}

TEST(RestoreVarPublicNames, ofASingleFileTellWhatIsMissing) {
  EXPECT_EQ(saidOf(transformerFile()),
            "this is RestoreVAR's transformer, and its autoencoder, vae_restorevar.ckpt, is missing; put both files "
            "into one folder and give the folder");
  // VAR's own autoencoder has the same names and shapes.
  EXPECT_EQ(saidOf(autoencoderFile()),
            "this is an autoencoder of VAR or RestoreVAR, and RestoreVAR's transformer, restorevar.pth, is missing; "
            "put both files into one folder and give the folder");
  EXPECT_EQ(saidOf(originalTransformerFile()),
            "this is the original VAR, which paints pictures of a class and restores none; get RestoreVAR's own files, "
            "restorevar.pth and vae_restorevar.ckpt");
}

TEST(RestoreVarPublicNames, areThoseOfTheTablesInOurOwnFiles) {
  const Shapes transformer = transformerFile();
  NamedTensors tables = tablesOf(VarConfig{});
  for (const auto& table : rotationTablesOf(VarConfig{})) tables.push_back(table);
  for (const auto& [name, table] : tables) {
    ASSERT_TRUE(transformer.contains(name)) << name;
    EXPECT_EQ(table.sizes().vec(), transformer.at(name)) << name;
  }
}

}  // namespace
}  // namespace heirloom::tests
