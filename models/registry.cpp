#include "models/registry.h"

#include <algorithm>
#include <array>

#include "models/checkpoint/tensors.h"
#include "models/common/colour_fix.h"
#include "models/common/ensemble.h"
#include "models/dncnn/family.h"
#include "models/drunet/family.h"
#include "models/ffdnet/family.h"
#include "models/imdn/family.h"
#include "models/ircnn/family.h"
#include "models/msrresnet/family.h"
#include "models/rrdb/family.h"
#include "models/srmd/family.h"
#include "models/swinir/family.h"
#include "models/usrnet/family.h"

namespace heirloom::models {
namespace {

// Constructed on first use: the rows are objects of other files. Every row checks all keys and shapes, so the order
// decides only who is asked first.
const std::array<Family, 13>& table() {
  static const std::array<Family, 13> families = {kDnCnn, kFDnCnn, kFfdNet,    kIrcnn, kSrmd,   kUsrNet, kDrunet,
                                                  kRrdb,  kImdn,   kMsrResNet, kDpsr,  kSwinIr, kSwin2Sr};
  return families;
}

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

// What every network of a kind can do, around it: once for the descriptor, once for the network.
Descriptor decorated(Descriptor descriptor) {
  if (descriptor.mayShiftColours) descriptor = withColourFix(std::move(descriptor));
  return descriptor.deterministic ? withEnsemble(std::move(descriptor)) : descriptor;
}
std::shared_ptr<const Restorer> decorated(std::shared_ptr<const Restorer> restorer) {
  if (restorer->descriptor().mayShiftColours) restorer = withColourFix(std::move(restorer));
  return restorer->descriptor().deterministic ? withEnsemble(std::move(restorer)) : restorer;
}

}  // namespace

std::span<const Family> families() {
  return table();
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
    if (std::optional<Descriptor>& descriptor = inspection.considered.back().match.descriptor) {
      descriptor = decorated(std::move(*descriptor));
      inspection.family = &family;
      return inspection;
    }
  }
  std::ranges::stable_sort(inspection.considered, {},
                           [](const Candidate& candidate) { return candidate.match.unfit.size(); });
  return inspection;
}

namespace {

/// Loads `tensors`, which `inspection` may have taken from its own file or blended.
std::shared_ptr<const Restorer> load(const Inspection& inspection, const StateDict& tensors,
                                     const std::filesystem::path& file) {
  if (!inspection.family) {
    throw Error(HEIRLOOM_TEXT("checkpoint.unknown", "a network that Heirloom does not know; nearest are %1")
                    .with(nearest(inspection)),
                HEIRLOOM_TEXT("checkpoint.unknown.remedy", "`heirloom-cli models inspect -v` shows its keys"), file);
  }
  // Weights are ordinary tensors, whatever mode the caller runs in.
  const c10::InferenceMode ordinary(false);
  try {
    std::shared_ptr<const Restorer> restorer = decorated(inspection.family->load(tensors));
    // Nobody else knows it yet.
    if (auto damage = damageOf(tensors)) std::const_pointer_cast<Restorer>(restorer)->warn(*damage);
    return restorer;
  } catch (const Error& error) {
    throw error.in(file);
  }
}

}  // namespace

std::shared_ptr<const Restorer> open(const std::filesystem::path& file) {
  const Inspection inspection = inspect(file);
  return load(inspection, inspection.tensors, file);
}

std::shared_ptr<const Restorer> openBlend(const std::filesystem::path& file, const std::filesystem::path& other,
                                          double weight) {
  const Inspection inspection = inspect(file);
  return load(inspection, inspection.tensors.blendedWith(inspect(other).tensors, weight), file);
}

}  // namespace heirloom::models
