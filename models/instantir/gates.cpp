#include "models/instantir/gates.h"

#include <algorithm>
#include <string>

#include "models/common/error.h"

namespace heirloom::models {
namespace {

void expectRange(const char* name, double value, double least, double most) {
  if (value >= least && value <= most) return;
  throw Error(HEIRLOOM_TEXT("instantir.range", "%1 cannot be %2").with(std::string(name), std::to_string(value)),
              HEIRLOOM_TEXT("instantir.range.remedy", "choose from %1 to %2")
                  .with(std::to_string(least), std::to_string(most)));
}

}  // namespace

void check(const SamplerSettings& settings) {
  constexpr double kMostGuidance = 100;
  constexpr double kMostChange = 1e6;  // of latents whose variance is 1
  expectRange("guidance", settings.guidance, 0, kMostGuidance);
  expectRange("guidance rescale", settings.guidanceRescale, 0, 1);
  expectRange("preview start", settings.previewStart, 0, 1);
  expectRange("preview end", settings.previewEnd, 0, 1);
  expectRange("condition start", settings.conditionStart, 0, 1);
  expectRange("creative start", settings.creativeStart, 0, 1);
  expectRange("condition", settings.condition, 0, 1);
  expectRange("threshold", settings.threshold, 0, 1);
  expectRange("early stop", settings.earlyStop, 0, kMostChange);
  expectRange("strength", settings.strength, 0, 1);
}

std::vector<Gate> gatesOf(const SamplerSettings& settings) {
  std::vector<Gate> gates;
  const auto within = [&](int step, double start, double end) {
    const double count = settings.steps;
    return !(step / count < start || (step + 1) / count > end);
  };
  for (int i = 0; i < settings.steps; ++i) {
    gates.push_back({within(i, settings.conditionStart, settings.creativeStart),
                     within(i, settings.previewStart, settings.previewEnd)});
  }
  return gates;
}

int firstStep(const SamplerSettings& settings) {
  return settings.steps - std::min(static_cast<int>(settings.steps * settings.strength), settings.steps);
}

}  // namespace heirloom::models
