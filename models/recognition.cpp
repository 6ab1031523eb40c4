#include "models/recognition.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

namespace heirloom::models {
namespace {

/// Questions about the names and shapes of a file.
class Names {
 public:
  explicit Names(const StateDict& tensors) : tensors_(tensors) {}

  bool has(std::string_view key) const { return tensors_.contains(key); }

  bool fileBegins(std::string_view word) const {
    return tensors_.archive() && tensors_.archive()->file().filename().string().starts_with(word);
  }

  /// Whether some name holds one of these.
  bool hold(std::initializer_list<std::string_view> words) const {
    return any([&](const std::string& key, const TensorEntry&) {
      return std::ranges::any_of(words, [&](std::string_view word) { return key.find(word) != std::string::npos; });
    });
  }
  bool end(std::string_view ending) const {
    return any([&](const std::string& key, const TensorEntry&) { return key.ends_with(ending); });
  }
  bool allBegin(std::string_view beginning) const {
    return !any([&](const std::string& key, const TensorEntry&) { return !key.starts_with(beginning); });
  }
  bool allEndInOneOf(std::initializer_list<std::string_view> words) const {
    return !any([&](const std::string& key, const TensorEntry&) {
      return std::ranges::find(words, std::string_view(key).substr(key.rfind('.') + 1)) == words.end();
    });
  }

  /// The last matrix or convolution, in the file's order; null: there is none.
  const TensorEntry* last() const {
    const auto& entries = tensors_.entries();
    const auto found = std::find_if(entries.rbegin(), entries.rend(),
                                    [](const auto& entry) { return entry.second.shape.size() >= 2; });
    return found == entries.rend() ? nullptr : &found->second;
  }
  bool haveKernelOf(std::int64_t side) const {
    return any([&](const std::string&, const TensorEntry& entry) {
      return entry.shape.size() == 4 && entry.shape[2] == side && entry.shape[3] == side;
    });
  }

 private:
  template <typename Question>
  bool any(const Question& question) const {
    return std::ranges::any_of(tensors_.entries(),
                               [&](const auto& entry) { return question(entry.first, entry.second); });
  }

  const StateDict& tensors_;
};

bool isOptimizer(const Names& names) {
  return names.allEndInOneOf({"step", "exp_avg", "exp_avg_sq", "max_exp_avg_sq", "momentum_buffer", "square_avg",
                              "acc_delta", "grad_avg", "exp_inf", "exp_avg_diff", "neg_pre_grad", "sum"});
}

bool isLora(const Names& names) {
  return names.hold({"lora_up.", "lora_down.", "lora_A.", "lora_B.", ".lora.", "lora.up.", "hada_w1_", "lokr_w1",
                     "_lora.down.", "_lora.up."});
}

bool isControlNet(const Names& names) {
  return names.hold({"controlnet_", "control_model.", "input_hint_block."});
}

bool isDiffusionModel(const Names& names) {
  return names.hold({"diffusion_model.", "cond_stage_model.", "double_blocks.0.", "joint_blocks.0."}) ||
         (names.hold({"down_blocks.0.", "input_blocks.0."}) && names.hold({"time_embedding.", "time_embed."}));
}

bool isAutoencoder(const Names& names) {
  return names.hold({"encoder.down_blocks.", "encoder.down.0."}) && names.hold({"decoder.up_blocks.", "decoder.up.0."});
}

bool isTextModel(const Names& names) {
  return names.hold({"text_model.encoder.layers.", "token_embedding.weight", "embed_tokens.weight",
                     "tok_embeddings.weight", "word_embeddings.weight", "lm_head.weight", "wte.weight",
                     ".SelfAttention.q.weight"});
}

/// One verdict at its end, and what discriminators have that restoration networks have not.
bool isDiscriminator(const Names& names) {
  for (const std::string_view prefix : {"netD.", "net_d.", "discriminator.", "D."}) {
    if (names.allBegin(prefix)) return true;
  }
  if (names.fileBegins("net_d_")) return true;  // as BasicSR and its relatives save all of them
  const TensorEntry* last = names.last();
  if (!last || last->shape[0] != 1) return false;
  const bool normalisedBySpectrum = names.end("weight_orig") || names.end("parametrizations.weight.original");
  const bool endsInMatrix = last->shape.size() == 2 && (names.haveKernelOf(3) || names.haveKernelOf(4));
  return normalisedBySpectrum || endsInMatrix || (last->shape.size() == 4 && names.haveKernelOf(4));
}

bool isClassifier(const Names& names) {
  const TensorEntry* last = names.last();
  const bool manyClasses = last && last->shape.size() == 2 && last->shape[0] >= 10;
  return (manyClasses && (names.has("fc.weight") || names.has("head.weight") || names.hold({"classifier."}))) ||
         (names.has("cls_token") && names.hold({"patch_embed"}));
}

/// A network outside the table, and two words that are both in names of its file.
struct Outsider {
  std::string_view network;
  std::array<std::string_view, 2> words;
};

constexpr std::array<Outsider, 12> kOutsiders = {
    {{"GFPGAN", {"stylegan_decoder.", ""}},
     {"CodeFormer", {"position_emb", "quantize.embedding.weight"}},
     {"RestoreFormer", {"quantize.embedding.weight", ".mid.attn_1.norm1.weight"}},
     {"LaMa", {".ffc.convg2", ".ffc.convl2"}},
     {"ResShift", {"input_blocks.0.0.weight", ".relative_position_bias_table"}},
     {"MambaIRv2", {".assm.", ".win_mhsa."}},
     {"IPT", {"body.encoder.layers.0.self_attn.in_proj_weight", "head.0.0.weight"}},
     {"AuraSR", {"final_res_block.block1.proj.weights", ""}},
     {"DDColor", {"encoder.arch.", "refine_net.0.0.weight_orig"}},
     {"MAT", {"synthesis.first_stage.conv_first.conv.resample_filter", ""}},
     {"AdaCode", {"multiscale_encoder.", "weight_predictor."}},
     {"FeMaSR", {"multiscale_encoder.", "quantize_group.0."}}}};

/// The name of the network outside the table; empty: it is none of these.
std::string outsider(const Names& names) {
  const auto fits = [&](const Outsider& one) {
    return std::ranges::all_of(one.words, [&](std::string_view word) { return names.hold({word}); });
  };
  const auto found = std::ranges::find_if(kOutsiders, fits);
  return found == kOutsiders.end() ? std::string() : std::string(found->network);
}

struct Kind {
  bool (*is)(const Names& names);
  Message fault;
  Message remedy;
};

/// In the order of asking: what says most comes first.
std::vector<Kind> kinds(const Names& names) {
  const Message another =
      HEIRLOOM_TEXT("recognised.remedy.another", "choose the file of a network that restores pictures");
  const Message beside =
      HEIRLOOM_TEXT("recognised.remedy.beside", "choose the file with the weights, which training saved beside it");
  const Message folder =
      HEIRLOOM_TEXT("recognised.remedy.folder", "it is of use only in a folder with all parts of a model");
  return {
      {isOptimizer, HEIRLOOM_TEXT("recognised.optimizer", "it holds optimizer state only, no network"), beside},
      {isLora, HEIRLOOM_TEXT("recognised.lora", "it looks like a LoRA: changes to a network, not a network"), another},
      {[](const Names& asked) {
         return asked.hold({"string_to_param", "emb_params"});
       },
       HEIRLOOM_TEXT("recognised.embedding", "it looks like a learned word for a diffusion model"), another},
      {[](const Names& asked) { return asked.has(""); },
       HEIRLOOM_TEXT("recognised.tensor", "it holds a single tensor without a name, no network"), another},
      {[](const Names& asked) { return !outsider(asked).empty(); },
       HEIRLOOM_TEXT("recognised.named", "it looks like %1, which Heirloom does not run").with(outsider(names)),
       another},
      {isControlNet,
       HEIRLOOM_TEXT("recognised.controlnet", "it looks like a ControlNet, an addition to a diffusion model"), another},
      {isDiffusionModel, HEIRLOOM_TEXT("recognised.diffusion", "it looks like a diffusion model that draws pictures"),
       folder},
      {isAutoencoder, HEIRLOOM_TEXT("recognised.autoencoder", "it looks like the autoencoder of a diffusion model"),
       folder},
      {isTextModel, HEIRLOOM_TEXT("recognised.text", "it looks like a text model"), another},
      {isDiscriminator,
       HEIRLOOM_TEXT("recognised.discriminator", "it looks like a GAN discriminator, which only training needs"),
       HEIRLOOM_TEXT("recognised.remedy.generator",
                     "choose the generator's file: its name often has a G where this one has a D")},
      {[](const Names& asked) { return asked.hold({"spynet.basic_module."}); },
       HEIRLOOM_TEXT("recognised.video", "it looks like a network for videos"), another},
      {isClassifier, HEIRLOOM_TEXT("recognised.classifier", "it looks like a network that says what is in a picture"),
       another},
  };
}

constexpr std::array<std::string_view, 12> kTrainingKeys{
    "optimizer", "optimizers", "optimizer_states", "scheduler", "schedulers",   "lr_schedulers",
    "epoch",     "iter",       "global_step",      "step",      "param_groups", "scaler"};

/// The keys of a training run at the top of a file, "epoch, iter, optimizers"; empty: it has none.
std::string trainingKeys(const Node& root) {
  std::string keys;
  for (const NamedNode& child : root.dictionary) {
    if (std::ranges::find(kTrainingKeys, child.key) == kTrainingKeys.end()) continue;
    keys += (keys.empty() ? "" : ", ") + child.key;
  }
  return keys;
}

}  // namespace

std::optional<Error> recognised(const StateDict& tensors) {
  const std::filesystem::path file = tensors.archive() ? tensors.archive()->file() : std::filesystem::path{};
  if (tensors.entries().empty()) {
    if (!tensors.archive()) return std::nullopt;
    const std::string keys = trainingKeys(tensors.archive()->root());
    if (keys.empty()) return std::nullopt;
    return Error(
        HEIRLOOM_TEXT("recognised.training", "it holds the state of a training run only (%1), no weights").with(keys),
        HEIRLOOM_TEXT("recognised.remedy.beside", "choose the file with the weights, which training saved beside it"),
        file);
  }
  const Names names(tensors);
  for (const Kind& kind : kinds(names)) {
    if (kind.is(names)) return Error(kind.fault, kind.remedy, file);
  }
  return std::nullopt;
}

}  // namespace heirloom::models
