#include "models/common/photo_work.h"

#include <utility>

#include "models/common/decorated_restorer.h"

namespace heirloom::models {
namespace {

bool isNumberOrText(const Parameter& parameter) {
  return !std::holds_alternative<KernelInput>(parameter.range) &&
         !std::holds_alternative<MatrixInput>(parameter.range) &&
         !std::holds_alternative<DenoiserInput>(parameter.range);
}

}  // namespace

double flopOf(const Restorer& restorer, const Settings& settings, std::int64_t height, std::int64_t width,
              const at::Device& device) {
  const Restorer& bare = bareOf(restorer);
  if (const auto* counting = dynamic_cast<const CountsWork*>(&bare))
    return counting->flopOf(settings.narrowed(bare.descriptor().parameters), height, width, device);
  return restorer.describe(settings).flopPerPixel * static_cast<double>(height) * static_cast<double>(width);
}

PixelSize resultSize(const Restorer& restorer, const Settings& settings, PixelSize photo) {
  const Restorer& bare = bareOf(restorer);
  if (const auto* deciding = dynamic_cast<const DecidesByPhoto*>(&bare))
    return deciding->resultSize(settings.narrowed(bare.descriptor().parameters), photo);
  const int scale = restorer.describe(settings).scale;
  return {photo.height * scale, photo.width * scale};
}

Settings withoutPreviews(Settings settings) {
  const std::vector<Parameter> parameters = settings.parameters();
  for (const Parameter& parameter : parameters) {
    if (parameter.name == "previews")
      settings.set(parameter.name, std::holds_alternative<Choice>(parameter.range) ? "off" : "0");
  }
  return settings;
}

std::map<std::string, std::string> decidedSettings(const Restorer& restorer, const Settings& settings,
                                                   std::int64_t height, std::int64_t width, const at::Device& device) {
  std::map<std::string, std::string> texts;
  const Restorer& bare = bareOf(restorer);
  const auto* deciding = dynamic_cast<const DecidesByPhoto*>(&bare);
  if (!deciding) return texts;
  const Settings open = settings.narrowed(bare.descriptor().parameters);
  const Settings decided = deciding->decided(open, height, width, device);
  for (const Parameter& parameter : decided.parameters()) {
    if (!isNumberOrText(parameter)) continue;
    std::string text = decided.text(parameter.name);
    if (text != open.text(parameter.name)) texts[parameter.name] = std::move(text);
  }
  return texts;
}

std::map<std::string, std::string> settingsToRepeat(const Restorer& restorer, const Settings& settings,
                                                    std::int64_t height, std::int64_t width, const at::Device& device) {
  std::map<std::string, std::string> texts;
  for (const Parameter& parameter : settings.parameters()) {
    if (isNumberOrText(parameter)) texts[parameter.name] = settings.text(parameter.name);
  }
  for (auto& [name, text] : decidedSettings(restorer, settings, height, width, device)) texts[name] = std::move(text);
  return texts;
}

}  // namespace heirloom::models
