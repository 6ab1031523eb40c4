#include "models/sdxl/unet_config.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "models/common/error.h"

namespace heirloom::models {
namespace {

using nlohmann::json;

constexpr int kLargest = 1 << 16;  // of any number: sizes are multiplied before memory is taken

[[noreturn]] void refuse(const std::string& what) {
  throw Error(HEIRLOOM_TEXT("unet.config", "this is no UNet of the SDXL kind: %1").with(what),
              HEIRLOOM_TEXT("unet.config.remedy", "use the unet folder of SDXL base or of a model made from it"));
}

int positive(const json& value, const char* name) {
  if (!value.is_number_integer() || value < 1 || value > kLargest) refuse(std::string(name) + " is no usable number");
  return value;
}

/// A number for each level, given as a list or as one for all.
std::vector<int> perLevel(const json& value, std::size_t levels, const char* name) {
  std::vector<int> numbers;
  if (value.is_array()) {
    for (const json& item : value) numbers.push_back(positive(item, name));
  } else {
    numbers.assign(levels, positive(value, name));
  }
  if (numbers.size() != levels) refuse(std::string(name) + " has another number of levels");
  return numbers;
}

/// Which levels attend, from the names of their blocks.
std::vector<bool> attending(const json& config, const char* name, const std::string& with, const std::string& without) {
  std::vector<bool> attends;
  for (const json& type : config.at(name)) {
    if (type != with && type != without) refuse(std::string(name) + " holds " + type.dump());
    attends.push_back(type == with);
  }
  return attends;
}

void expect(const json& config, const char* name, const json& wanted) {
  const json found = config.value(name, wanted);
  if (found != wanted && !found.is_null()) refuse(std::string(name) + " is " + found.dump());
}

UNetConfig read(const json& config) {
  expect(config, "act_fn", "silu");
  expect(config, "addition_embed_type", "text_time");
  expect(config, "center_input_sample", false);
  expect(config, "flip_sin_to_cos", true);
  expect(config, "freq_shift", 0);
  expect(config, "mid_block_type", "UNetMidBlock2DCrossAttn");
  expect(config, "time_embedding_type", "positional");
  expect(config, "downsample_padding", 1);
  if (!config.value("use_linear_projection", false)) refuse("its attention stands between convolutions");

  UNetConfig made;
  made.inChannels = positive(config.value("in_channels", json(4)), "in_channels");
  made.outChannels = positive(config.value("out_channels", json(4)), "out_channels");
  const json& widths = config.at("block_out_channels");
  if (!widths.is_array() || widths.empty() || widths.size() > 8) refuse("block_out_channels is no list of levels");
  made.widths = perLevel(widths, widths.size(), "block_out_channels");
  const auto levels = static_cast<std::size_t>(made.levels());

  // What diffusers calls attention_head_dim is the number of heads.
  const json heads = config.value("num_attention_heads", json());
  made.heads = perLevel(heads.is_null() ? config.at("attention_head_dim") : heads, levels, "attention_head_dim");
  made.depths = perLevel(config.value("transformer_layers_per_block", json(1)), levels, "transformer_layers_per_block");
  const std::vector<bool> down = attending(config, "down_block_types", "CrossAttnDownBlock2D", "DownBlock2D");
  std::vector<bool> up = attending(config, "up_block_types", "CrossAttnUpBlock2D", "UpBlock2D");
  std::reverse(up.begin(), up.end());
  if (down.size() != levels || up != down) refuse("the way up does not mirror the way down");
  for (std::size_t level = 0; level < levels; ++level) {
    if (!down[level]) made.depths[level] = 0;
  }
  if (made.depths.back() == 0) refuse("its coarsest level has no attention");

  made.blocks = positive(config.value("layers_per_block", json(2)), "layers_per_block");
  made.textWidth = positive(config.at("cross_attention_dim"), "cross_attention_dim");
  made.groups = positive(config.value("norm_num_groups", json(32)), "norm_num_groups");
  made.epsilon = config.value("norm_eps", 1e-5);
  made.sizeEmbedding = positive(config.at("addition_time_embed_dim"), "addition_time_embed_dim");
  made.additionWidth =
      positive(config.at("projection_class_embeddings_input_dim"), "projection_class_embeddings_input_dim");
  made.sampleSide = positive(config.value("sample_size", json(128)), "sample_size");

  if (made.pooledWidth() < 1) refuse("projection_class_embeddings_input_dim has no room for the pooled text");
  if (made.widths.front() % 2 != 0 || made.sizeEmbedding % 2 != 0) refuse("a sinusoid has an odd width");
  for (std::size_t level = 0; level < levels; ++level) {
    if (made.widths[level] % made.groups != 0) refuse("norm_num_groups does not divide block_out_channels");
    if (made.widths[level] % made.heads[level] != 0) refuse("attention_head_dim does not divide block_out_channels");
  }
  return made;
}

}  // namespace

UNetConfig unetConfigOf(const std::string& text) {
  try {
    return read(json::parse(text));
  } catch (const json::exception& error) {
    refuse(error.what());
  }
}

}  // namespace heirloom::models
