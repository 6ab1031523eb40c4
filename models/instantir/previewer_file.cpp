#include "models/instantir/previewer_file.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "models/common/error.h"

namespace heirloom::models {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw Error(HEIRLOOM_TEXT("instantir.loraFile", "the previewer's corrections do not fit: %1").with(what),
              HEIRLOOM_TEXT("instantir.loraFile.remedy", "use previewer_lora_weights.bin of InstantIR"));
}

enum class Part { Down, Up, Alpha };

/// One tensor's name in the file: whose it is.
struct Parsed {
  std::string layer;  // as the file spells it
  Part part;
};

std::optional<Parsed> parsed(const std::string& name) {
  struct Ending {
    std::string_view text;
    Part part;
    std::string_view restored;  // what belongs to the layer's name
  };
  static constexpr Ending kEndings[] = {{"_out_lora.down.weight", Part::Down, "_out.0"},
                                        {"_out_lora.up.weight", Part::Up, "_out.0"},
                                        {"_lora.down.weight", Part::Down, ""},
                                        {"_lora.up.weight", Part::Up, ""},
                                        {".lora.down.weight", Part::Down, ""},
                                        {".lora.up.weight", Part::Up, ""},
                                        {".lora_A.weight", Part::Down, ""},
                                        {".lora_B.weight", Part::Up, ""},
                                        {".lora_down.weight", Part::Down, ""},
                                        {".lora_up.weight", Part::Up, ""},
                                        {".alpha", Part::Alpha, ""}};
  for (const Ending& ending : kEndings) {
    if (name.ends_with(ending.text))
      return Parsed{name.substr(0, name.size() - ending.text.size()) + std::string(ending.restored), ending.part};
  }
  return std::nullopt;
}

std::string without(std::string text, std::string_view part) {
  const auto at = text.find(part);
  return at == std::string::npos ? text : text.erase(at, part.size());
}

/// The layer's name in the reference's UNet.
std::string referenceName(const std::string& path, const PictureUNet& network) {
  const std::string rest = path.substr(path.find('.') + 1);
  if (path.starts_with("image_proj.")) return "encoder_hid_proj.image_projection_layers.0." + rest;
  if (!path.starts_with("ip_adapter.")) return rest;
  const auto dot = rest.find('.');
  const auto& places = network->ip_adapter->places();
  return std::ranges::find(places, rest.substr(0, dot), &ImageAdapterImpl::Place::number)->path + rest.substr(dot);
}

/// Own paths of layers by every name that a file may have for them.
std::map<std::string, std::string> diffusersSpellings(const PictureUNet& network) {
  std::map<std::string, std::string> known;
  for (const std::string& path : adaptablePaths(network)) {
    std::string file = referenceName(path, network);
    known["unet." + file] = path;
    known[file] = path;
    std::ranges::replace(file, '.', '_');
    known["lora_unet_" + file] = path;
  }
  return known;
}

struct Found {
  at::Tensor down, up;
};

}  // namespace

std::string previewerName(const std::string& path, const PictureUNet& network) {
  return "unet." + referenceName(path, network);
}

LowRanks readPreviewer(const std::vector<std::string>& names, const std::function<at::Tensor(const std::string&)>& read,
                       const PictureUNet& network) {
  const auto known = diffusersSpellings(network);
  std::map<std::string, Found> found;
  std::optional<double> alpha;
  for (const std::string& name : names) {
    const auto tensor = parsed(without(name, ".processor"));
    if (!tensor) refuse(name + " is no part of a correction");
    const auto layer = known.find(tensor->layer);
    if (layer == known.end()) refuse(name + " belongs to no layer of this UNet");
    if (tensor->part == Part::Alpha) {
      if (!alpha) alpha = read(name).to(at::kDouble).item<double>();
      continue;
    }
    Found& pair = found[layer->second];
    (tensor->part == Part::Down ? pair.down : pair.up) = read(name);
  }
  if (found.empty()) refuse("the file holds none");
  LowRanks corrections;
  for (const auto& [path, pair] : found) {
    if (!pair.down.defined() || !pair.up.defined()) refuse("one half of " + path + " is missing");
    const auto rank = static_cast<double>(pair.down.size(0));
    corrections[path] = {pair.down, pair.up, alpha.value_or(1) / rank};
  }
  return corrections;
}

std::vector<std::string> uncorrectedLayers(const LowRanks& corrections, const PictureUNet& network) {
  std::vector<std::string> layers;
  for (const std::string& path : adaptablePaths(network)) {
    if (!corrections.contains(path)) layers.push_back(previewerName(path, network));
  }
  return layers;
}

}  // namespace heirloom::models
