#include "models/registry.h"

#include <algorithm>
#include <array>

#include "models/checkpoint/tensors.h"
#include "models/dncnn/family.h"
#include "models/ffdnet/family.h"
#include "models/ircnn/family.h"

namespace heirloom::models {
namespace {

// Nets of one chain of convolutions differ in channel counts and depth alone, so the order among them does not matter.
const std::array<Family, 4> kFamilies = {kFfdNet, kIrcnn, kFDnCnn, kDnCnn};

constexpr std::size_t kNamed = 3;  // nearest families and keys that an error names

std::string nearest(const Inspection& inspection) {
  std::string text;
  for (std::size_t i = 0; i < std::min(kNamed, inspection.considered.size()); ++i) {
    const Candidate& candidate = inspection.considered[i];
    text += (i ? "; " : "") + std::string(candidate.family) + ": " + candidate.match.reason;
    const auto& unfit = candidate.match.unfit;
    for (std::size_t k = 0; k < std::min(kNamed, unfit.size()); ++k) text += (k ? ", " : " (") + unfit[k];
    if (unfit.size() > kNamed) text += " and " + std::to_string(unfit.size() - kNamed) + " more";
    if (!unfit.empty()) text += ")";
  }
  return text;
}

}  // namespace

std::span<const Family> families() {
  return kFamilies;
}

Inspection inspect(const std::filesystem::path& file) {
  Inspection inspection;
  inspection.archive = Archive::open(file);
  inspection.tensors = canonicalise(inspection.archive);
  if (inspection.tensors.entries().empty()) {
    throw Error(HEIRLOOM_TEXT("checkpoint.empty", "there are no weights in the file"),
                HEIRLOOM_TEXT("checkpoint.empty.remedy", "choose the file that holds the network's weights"), file);
  }
  for (const Family& family : families()) {
    inspection.considered.push_back({family.name, family.detect(inspection.tensors)});
    if (inspection.considered.back().match.descriptor) {
      inspection.family = &family;
      return inspection;
    }
  }
  std::ranges::stable_sort(inspection.considered, {},
                           [](const Candidate& candidate) { return candidate.match.unfit.size(); });
  return inspection;
}

std::shared_ptr<const Restorer> open(const std::filesystem::path& file) {
  const Inspection inspection = inspect(file);
  if (!inspection.family) {
    throw Error(HEIRLOOM_TEXT("checkpoint.unknown", "a network that Heirloom does not know; nearest are %1")
                    .with(nearest(inspection)),
                HEIRLOOM_TEXT("checkpoint.unknown.remedy", "`heirloom-cli models inspect -v` shows its keys"), file);
  }
  // Weights are ordinary tensors, whatever mode the caller runs in.
  const c10::InferenceMode ordinary(false);
  try {
    auto restorer = inspection.family->load(inspection.tensors);
    // Nobody else knows it yet.
    if (auto damage = damageOf(inspection.tensors)) std::const_pointer_cast<Restorer>(restorer)->warn(*damage);
    return restorer;
  } catch (const Error& error) {
    throw error.in(file);
  }
}

}  // namespace heirloom::models
