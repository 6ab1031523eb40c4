#include "models/restorevar/initial_copy.h"

#include <torch/types.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

namespace heirloom::models {
namespace {

using Parameters = torch::OrderedDict<std::string, at::Tensor>;

// Along the direction that says which scale a token belongs to. What it carries is of length 1 or less, so that the
// length that layer norms divide by hardly depends on it.
constexpr double kLevel = 8;
constexpr double kFeatures = 0.5;  // times the encoder's features, which are about 1
constexpr double kCodes = 0.45;    // length of a usual code in the residual stream
constexpr double kTemperature = 80;
constexpr double kLook = 16;       // lengths of queries and keys do not count: long ones are not soon forgotten
constexpr double kUnsureness = 4;  // of a code in the beginning, beside how far codes spread (variances)

struct Offset {
  int rows = 0;
  int columns = 0;
};

/// The taps of a 3x3 convolution from its middle outwards.
constexpr std::array<Offset, 9> kTaps = {
    {{0, 0}, {-1, 0}, {0, -1}, {0, 1}, {1, 0}, {-1, -1}, {-1, 1}, {1, -1}, {1, 1}}};

/// `count` directions of a residual stream, W count, each the difference of two channels of its own: layer norms do not
/// see the mean that they lack.
at::Tensor directions(int width, std::int64_t count) {
  at::Tensor all = at::zeros({width, count});
  for (std::int64_t i = 0; i < count; ++i) {
    all[2 * i][i] = std::sqrt(0.5);
    all[2 * i + 1][i] = -std::sqrt(0.5);
  }
  return all;
}

/// How attention finds a place: of a head's pairs, which turn by a token's row (then by its column) times a frequency,
/// the first, one that does not come round within the grid, and the last, which hardly turns at all.
struct Waves {
  explicit Waves(const VarConfig& config) : pairs(config.width / config.heads / 4), grid(config.grid()) {
    while (slow + 2 < pairs && frequency(slow) * grid > 2 * std::numbers::pi) ++slow;
  }

  double frequency(int pair) const { return std::pow(10000.0, -static_cast<double>(pair) / pairs); }
  /// Length of each wave in a key of length 1: three for rows, three for columns.
  static double key() { return 1 / std::sqrt(6.0); }

  int pairs;
  int grid;
  int slow = 1;
};

at::Tensor key(const Waves& waves) {  // D
  at::Tensor all = at::zeros({2, waves.pairs, 2});
  for (const int pair : {0, waves.slow, waves.pairs - 1}) all.select(1, pair).select(1, 0).fill_(Waves::key());
  return all.flatten();
}

/// The query of a token of a map of `side`, D, that looks at its square of the grid, moved by `offset`: about as a
/// normal distribution of the square's variance would.
at::Tensor query(const Waves& waves, int side, const Offset& offset) {
  at::Tensor all = at::zeros({2, waves.pairs, 2});
  const double width = static_cast<double>(waves.grid) / side;
  const double variance = (width * width - 1) / 12, slow = waves.frequency(waves.slow);
  const bool narrow = width <= 2;
  // Of the logarithm of a probability what a wave takes part in; at most half of the query's square a direction.
  const double most = kTemperature * Waves::key() / 2;
  const double wanted = variance == 0 ? most : 1 / (variance * (narrow ? 1 + slow * slow : slow * slow));
  const double length = std::min(wanted, most) / (kTemperature * Waves::key());
  double left = 0.5;
  for (const int pair : {0, waves.slow}) {
    if (side == 1 || (pair == 0 && !narrow)) continue;  // the whole picture alike
    left -= length * length;
    for (const int direction : {0, 1}) {
      const double middle = (width - 1) / 2 + (direction == 0 ? offset.rows : offset.columns);
      all[direction][pair][0] = length * std::cos(waves.frequency(pair) * middle);
      all[direction][pair][1] = length * std::sin(waves.frequency(pair) * middle);
    }
  }
  all.select(1, waves.pairs - 1).select(1, side == 1 ? 1 : 0).fill_(std::sqrt(std::max(0.0, left)));
  return all.flatten();
}

void clear(const at::Tensor& weight, const at::Tensor& bias) {
  weight.zero_();
  bias.zero_();
}

class Copying {
 public:
  explicit Copying(RestoreVarNetworkImpl& network)
      : config_(network.var->config()),
        parameters_(network.var->named_parameters()),
        convolution_(network.vae->quant_conv->named_parameters()["weight"].to(at::kCPU)),
        bias_(network.vae->quant_conv->named_parameters()["bias"].to(at::kCPU)),
        codes_(network.vae->quantize->named_parameters()["embedding.weight"].to(at::kCPU)),
        unit_(kCodes / codes_.square().sum(1).mean().sqrt().item<double>()),
        stream_(directions(config_.width, latent() + config_.scales() + 1)) {}

  void apply() {
    embed();
    name();
    for (int block = 0; block < config_.depth; ++block) silence("blocks." + std::to_string(block) + '.');
    const std::size_t heads = static_cast<std::size_t>(config_.depth) * static_cast<std::size_t>(config_.heads);
    for (std::size_t tap = 0; tap < std::min(kTaps.size(), heads); ++tap)
      look(static_cast<int>(tap) / config_.heads, static_cast<int>(tap) % config_.heads, kTaps[tap]);
    set("blocks.0.cross_attn.out_proj.bias", unit_ * values().matmul(bias_));
  }

 private:
  std::int64_t latent() const { return codes_.size(1); }
  double root() const { return std::sqrt(static_cast<double>(config_.width)); }
  at::Tensor values() const { return stream_.narrow(1, 0, latent()); }                 // W Z
  at::Tensor levels() const { return stream_.narrow(1, latent(), config_.scales()); }  // W K
  at::Tensor picture() const { return stream_.narrow(1, stream_.size(1) - 1, 1); }     // W 1
  at::Tensor& at(const std::string& name) { return parameters_[name]; }
  void set(const std::string& name, const at::Tensor& value) { at(name).copy_(value); }

  // Tokens carry the running latent with a minus, the picture's its features; each beside the direction of its scale.
  void embed() {
    set("word_embed.weight", -unit_ * values());
    set("word_embed_cond.weight", kFeatures * values());
    set("cond_proj4.weight", at::eye(latent()));
    set("lvl_embed.weight", kLevel * levels().t());
    set("lvl_embed_cond.weight", kLevel * picture().t());
    for (const char* layer : {"word_embed", "word_embed_cond", "cond_proj4"}) at(std::string(layer) + ".bias").zero_();
    clear(at("global_embed.weight"), at("global_embed.bias"));
    at("class_emb.weight").zero_();
  }

  // Logits are what a normal distribution around the rest says of each code.
  void name() {
    const double slope = 1 / (2 * kUnsureness * codes_.square().mean().item<double>());
    set("head.weight", 2 * slope * kLevel / (unit_ * root()) * codes_.matmul(values().t()));
    set("head.bias", -slope * codes_.square().sum(1));
  }

  // Of a block what would add something random; its norms add nothing of their own.
  void silence(const std::string& block) {
    for (const char* layer : {"attn.proj", "ffn.fc2", "cross_attn.out_proj"})
      clear(at(block + layer + ".weight"), at(block + layer + ".bias"));
    for (const char* norm : {"cross_attn.norm_q.bias", "cross_attn.norm_kv.bias"}) at(block + norm).zero_();
  }

  // One head sees one tap of quant_conv.
  void look(int block, int head, const Offset& offset) {
    const std::string name = "blocks." + std::to_string(block) + ".cross_attn.";
    const std::int64_t headDim = config_.width / config_.heads, first = head * headDim;
    const Waves waves(config_);
    const double place = kLook / root();
    std::vector<at::Tensor> queries;
    for (const int side : config_.sides) queries.push_back(query(waves, side, offset));
    at(name + "q_proj.weight").narrow(0, first, headDim).copy_(place * at::stack(queries, 1).matmul(levels().t()));
    at(name + "kv_proj.weight").narrow(0, first, headDim).copy_(place * key(waves).unsqueeze(1).matmul(picture().t()));
    const at::Tensor tap = convolution_.select(3, offset.columns + 1).select(2, offset.rows + 1);
    const at::Tensor seen = at(name + "kv_proj.weight").narrow(0, config_.width + first, headDim).zero_();
    seen.narrow(0, 0, latent()).copy_(kLevel / (kFeatures * root()) * tap.matmul(values().t()));
    at(name + "out_proj.weight").narrow(1, first, latent()).copy_(unit_ * values());
    at(name + "scale_mul_1H11").select(1, head).fill_(std::log(kTemperature));
  }

  const VarConfig& config_;
  Parameters parameters_;
  at::Tensor convolution_, bias_;  // quant_conv's
  at::Tensor codes_;               // V Z
  double unit_;                    // of the residual stream, of a latent's 1
  at::Tensor stream_;              // W by the directions of the latent, the scales, the picture
};

}  // namespace

bool canCopy(const RestoreVarConfig& config) {
  const int headDim = config.var.width / config.var.heads;
  return config.var.width >= 2 * (config.vae.latent + config.var.scales() + 1) && headDim >= config.vae.latent &&
         headDim >= 12;
}

void beginCopying(RestoreVarNetworkImpl& network) {
  const torch::NoGradGuard noGrad;
  Copying(network).apply();
}

}  // namespace heirloom::models
