#include "models/registry.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "models/atd/family.h"
#include "models/checkpoint/joined_archive.h"
#include "models/checkpoint/sharded.h"
#include "models/checkpoint/tensors.h"
#include "models/cidnet/family.h"
#include "models/common/colour_fix.h"
#include "models/common/ensemble.h"
#include "models/common/graphed.h"
#include "models/compact/family.h"
#include "models/craft/family.h"
#include "models/dat/family.h"
#include "models/dctlsa/family.h"
#include "models/ditn/family.h"
#include "models/dncnn/family.h"
#include "models/drct/family.h"
#include "models/drunet/family.h"
#include "models/fbcnn/family.h"
#include "models/fdat/family.h"
#include "models/ffdnet/family.h"
#include "models/fftformer/family.h"
#include "models/grl/family.h"
#include "models/hat/family.h"
#include "models/imdn/family.h"
#include "models/instantir/family.h"
#include "models/instantir/folder.h"
#include "models/ircnn/family.h"
#include "models/kbnet/family.h"
#include "models/m3snet/family.h"
#include "models/mambair/family.h"
#include "models/mirnet/family.h"
#include "models/mixdehazenet/family.h"
#include "models/mmrealsr/family.h"
#include "models/moesr/family.h"
#include "models/mosr/family.h"
#include "models/mprnet/family.h"
#include "models/msrresnet/family.h"
#include "models/nafnet/family.h"
#include "models/omnisr/family.h"
#include "models/plksr/family.h"
#include "models/rcan/family.h"
#include "models/realcugan/family.h"
#include "models/recognition.h"
#include "models/restorevar/family.h"
#include "models/restormer/family.h"
#include "models/retinexformer/family.h"
#include "models/rgt/family.h"
#include "models/rrdb/family.h"
#include "models/safmn/family.h"
#include "models/safmnbcie/family.h"
#include "models/scunet/family.h"
#include "models/seemore/family.h"
#include "models/several_networks.h"
#include "models/span/family.h"
#include "models/srformer/family.h"
#include "models/srmd/family.h"
#include "models/swiftsrgan/family.h"
#include "models/swinir/family.h"
#include "models/uformer/family.h"
#include "models/usrnet/family.h"

namespace heirloom::models {
namespace {

// Constructed on first use: the rows are objects of other files. Every row checks all keys and shapes, so the order
// decides only who is asked first, and who is named first where several come equally near.
std::span<const Family> table() {
  static const auto families = std::to_array<Family>(
      {kRestoreVar, kInstantIr,     kSdxl,         kDnCnn,     kFDnCnn,    kFfdNet,   kIrcnn,   kSrmd,      kUsrNet,
       kDrunet,     kRrdb,          kImdn,         kMsrResNet, kDpsr,      kSwinIr,   kSwin2Sr, kCompact,   kSpan,
       kHat,        kNafNet,        kScuNet,       kDat,       kRestormer, kRcan,     kPlksr,   kRealPlksr, kSafmn,
       kDrct,       kFbcnn,         kOmniSr,       kMambaIr,   kMambaIrU,  kSrFormer, kAtd,     kRgt,       kMosr,
       kRealCugan,  kRetinexFormer, kMixDehazeNet, kGrl,       kMmRealSr,  kM3SNet,   kMoesr,   kSafmnBcie, kSeemoRe,
       kDitn,       kSwiftSrgan,    kCraft,        kDctlsa,    kFdat,      kUformer,  kMprNet,  kMirNet,    kCidNet,
       kKbNetS,     kKbNetL,        kFftFormer});
  return families;
}

std::span<const FolderLayout> layouts() {
  static const std::array<FolderLayout, 3> all = {kRestoreVarFolder, kInstantIrFolder, kSdxlFolder};
  return all;
}

namespace fs = std::filesystem;

constexpr int kDeepestPart = 3;  // folders between the one of a network and a file of it

/// Of a folder that holds not all parts of a network.
Error noNetwork(const fs::path& folder) {
  const std::optional<FolderFit> fit = fitOf(layouts(), folder);
  if (fit) return incomplete(*fit, folder);
  return Error(HEIRLOOM_TEXT("folder.unknown", "this folder holds no network of several files"),
               HEIRLOOM_TEXT("folder.unknown.remedy", "give a checkpoint file"), folder);
}

/// The layout that a folder holds all files of, or null.
const FolderLayout* layoutOf(const fs::path& folder) {
  const std::optional<FolderFit> fit = fitOf(layouts(), folder);
  return fit && fit->missing.empty() ? fit->layout : nullptr;
}

/// Whether `file` has the name of a part of a network in `folder`. Asks no file system: every file that is opened comes
/// here.
bool hasPartsName(const fs::path& folder, const fs::path& file) {
  return std::ranges::any_of(layouts(), [&](const FolderLayout& layout) {
    return std::ranges::any_of(layout.parts, [&](const FolderLayout::Part& part) {
      return std::ranges::any_of(part.files, [&](const std::string& name) { return folder / name == file; });
    });
  });
}

/// The archive behind what a person names.
std::shared_ptr<const Archive> opened(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    if (const FolderLayout* layout = layoutOf(path)) return openFolder(*layout, path);
    throw noNetwork(path);
  }
  fs::path folder = path;
  for (int depth = 0; depth < kDeepestPart && folder.has_relative_path(); ++depth) {
    folder = folder.parent_path();
    if (!hasPartsName(folder, path)) continue;
    const FolderLayout* layout = layoutOf(folder);
    if (layout && isPartOf(*layout, folder, path)) return openFolder(*layout, folder);
  }
  if (!isShardIndex(path)) return Archive::open(path);
  std::vector<std::pair<std::string, StateDict>> shards;
  for (StateDict& shard : openShards(path)) shards.emplace_back("", std::move(shard));
  return join(shards, path);
}

constexpr std::size_t kNamed = 3;  // nearest refusals and keys that an error names

std::string nearest(const Inspection& inspection) {
  const std::vector<Refusal> refused = refusals(inspection.considered);
  std::string text;
  for (std::size_t i = 0; i < std::min(kNamed, refused.size()); ++i) {
    text += (i ? "; " : "") + refused[i].families + ": " + refused[i].reason;
    const auto& unfit = refused[i].unfit;
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
  // What shows pictures on its way records its own parts.
  if (!restorer->descriptor().progressive) restorer = withGraphs(std::move(restorer));
  if (restorer->descriptor().mayShiftColours) restorer = withColourFix(std::move(restorer));
  return restorer->descriptor().deterministic ? withEnsemble(std::move(restorer)) : restorer;
}

}  // namespace

std::span<const Family> families() {
  return table();
}

bool isModelFolder(const std::filesystem::path& folder) {
  return layoutOf(folder) != nullptr;
}

std::vector<Refusal> refusals(std::span<const Candidate> considered) {
  std::vector<Refusal> refused;
  for (const auto& [family, match] : considered) {
    if (match.descriptor) continue;
    const auto same = std::ranges::find_if(
        refused, [&match = match](const Refusal& r) { return r.reason == match.reason && r.unfit == match.unfit; });
    if (same == refused.end())
      refused.push_back({std::string(family), match.reason, match.unfit});
    else
      same->families += ", " + std::string(family);
  }
  return refused;
}

namespace {

Inspection indexOf(const std::filesystem::path& written) {
  const NetworkOfFile named = NetworkOfFile::parse(written);
  Inspection inspection;
  inspection.archive = opened(named.file);
  inspection.tensors = named.network.empty() ? preferredWeights(inspection.archive)
                                             : namedNetwork(inspection.archive, named.network).tensors;
  if (inspection.tensors.entries().empty()) {
    if (const auto known = recognised(inspection.tensors)) throw *known;
    throw Error(HEIRLOOM_TEXT("checkpoint.empty", "there are no weights in the file"),
                HEIRLOOM_TEXT("checkpoint.empty.remedy", "choose the file that holds the network's weights"),
                named.file);
  }
  return inspection;
}

/// Looks for the network in a part of the file `written` where no family takes it whole. Throws SeveralNetworks.
bool narrow(Inspection& inspection, const std::filesystem::path& written) {
  if (!NetworkOfFile::parse(written).network.empty()) return false;
  std::optional<Part> part = onlyNetwork(inspection.archive);
  if (!part) return false;
  inspection.tensors = std::move(part->tensors);
  inspection.considered.clear();
  return true;
}

/// Whether the tensors come from all parts of a folder of this family's layout.
bool isFolderOf(std::string_view family, const StateDict& tensors) {
  const auto hasPart = [&](const FolderLayout::Part& part) {
    return !part.needed || std::ranges::any_of(tensors.entries(), [&](const auto& entry) {
      return entry.first.starts_with(part.name + ".");
    });
  };
  return std::ranges::any_of(layouts(), [&](const FolderLayout& layout) {
    return layout.family == family && std::ranges::all_of(layout.parts, hasPart);
  });
}

bool isOfPictures(const Descriptor& descriptor) {
  return descriptor.channels == 1 || descriptor.channels == 3;
}

/// Asks the families until one takes the tensors. `match` gives a family's answer.
template <typename Ask>
void consider(Inspection& inspection, const Ask& match) {
  inspection.family = nullptr;
  std::string_view ofOtherPictures;
  for (const Family& family : families()) {
    inspection.considered.push_back({family.name, match(family)});
    Match& answer = inspection.considered.back().match;
    if (!answer.descriptor) continue;
    if (isOfPictures(*answer.descriptor)) {
      answer.descriptor = decorated(std::move(*answer.descriptor));
      inspection.family = &family;
      return;
    }
    const std::string channels = std::to_string(answer.descriptor->channels);
    answer = {std::nullopt, "it restores pictures of " + channels + " channels, neither grey nor colour ones", {}};
    ofOtherPictures = family.name;
  }
  // A family whose keys all fit is nearest, and of a folder its own, however many keys do not fit. Most of the file's
  // keys say more than the few that other families look for first.
  const auto fitsMostly = [&](const Match& answer) {
    return answer.unfit.empty() || (answer.complete && 2 * answer.unfit.size() < inspection.tensors.entries().size());
  };
  std::ranges::stable_sort(inspection.considered, {}, [&](const Candidate& candidate) {
    return std::tuple(candidate.family != ofOtherPictures, !isFolderOf(candidate.family, inspection.tensors),
                      !fitsMostly(candidate.match), candidate.match.unfit.size());
  });
}

void detect(Inspection& inspection) {
  consider(inspection, [&](const Family& family) { return family.detect(inspection.tensors); });
}

/// The network of these tensors, which may have been blended since they were read; null where no family takes them.
std::shared_ptr<const Restorer> loaded(Inspection& inspection, const std::filesystem::path& written) {
  // Weights are ordinary tensors, whatever mode the caller runs in.
  const c10::InferenceMode ordinary(false);
  std::shared_ptr<const Restorer> restorer;
  try {
    consider(inspection, [&](const Family& family) {
      Loaded loaded = family.load(inspection.tensors);
      restorer = std::move(loaded.restorer);
      return std::move(loaded.match);
    });
    if (!inspection.family) return nullptr;
    restorer = decorated(std::move(restorer));
    // Nobody else knows it yet.
    if (auto damage = damageOf(inspection.tensors)) std::const_pointer_cast<Restorer>(restorer)->warn(*damage);
    return restorer;
  } catch (const Error& error) {
    throw error.in(NetworkOfFile::parse(written).file);
  }
}

/// `tensors` without those that `other` has in another shape. What `other` lacks stays: it may be there to tell how the
/// network computes.
StateDict withoutMisshapen(const StateDict& tensors, const StateDict& other) {
  std::vector<std::pair<std::string, TensorEntry>> kept;
  for (const auto& [name, entry] : tensors.entries()) {
    const TensorEntry* twin = other.find(name);
    if (!twin || twin->shape == entry.shape) kept.emplace_back(name, entry);
  }
  return {tensors.archive(), std::move(kept)};
}

/// Whether the network is the same without what `part` lacks: tables that it makes anew, whose shapes may follow the
/// patches that a file was trained on.
bool suffices(const Inspection& whole, const StateDict& part) {
  if (!whole.family || part.entries().empty()) return false;
  const Match match = whole.family->detect(part);
  return match.descriptor &&
         match.descriptor->parameterCount == whole.considered.back().match.descriptor->parameterCount;
}

/// The tensors of `second` under the keys that `first` has for them, where both are layouts of one network; as they are
/// otherwise.
StateDict inLayoutOf(const Inspection& first, const Inspection& second) {
  if (!first.family || first.family != second.family || !first.family->moduleNames) return second.tensors;
  std::map<std::string, std::string> keys;  // of `first`, by the modules' names
  for (const auto& [key, name] : first.family->moduleNames(first.tensors)) keys[name] = key;
  const std::map<std::string, std::string> names = second.family->moduleNames(second.tensors);
  const auto isKnown = [&](const auto& named) { return keys.contains(named.second); };
  if (names.size() != keys.size() || !std::ranges::all_of(names, isKnown)) return second.tensors;
  return second.tensors.renamed([&](const std::string& key) {
    const auto found = names.find(key);
    return found == names.end() ? key : keys.at(found->second);
  });
}

/// What to say of tensors that no family took.
Error unknown(const Inspection& inspection, const std::filesystem::path& written) {
  const std::filesystem::path file = NetworkOfFile::parse(written).file;
  for (const Candidate& candidate : inspection.considered) {
    if (candidate.match.known) return candidate.match.known->in(file);
  }
  // A folder is known by its files' names already, and its family knows a part of one that stands alone.
  const bool isOfFolder = std::ranges::any_of(layouts(), [&](const FolderLayout& layout) {
    return isFolderOf(layout.family, inspection.tensors) ||
           std::ranges::any_of(inspection.considered, [&](const Candidate& candidate) {
             return candidate.family == layout.family && candidate.match.unfit.empty();
           });
  });
  if (!isOfFolder) {
    if (auto known = recognised(inspection.tensors)) return *std::move(known);
  }
  return Error(HEIRLOOM_TEXT("checkpoint.unknown", "a network that Heirloom does not know; nearest are %1")
                   .with(nearest(inspection)),
               HEIRLOOM_TEXT("checkpoint.unknown.remedy", "`heirloom-cli models inspect -v` shows its keys"), file);
}

}  // namespace

Inspection inspect(const std::filesystem::path& file) {
  Inspection inspection = indexOf(file);
  detect(inspection);
  if (!inspection.family && narrow(inspection, file)) detect(inspection);
  return inspection;
}

std::shared_ptr<const Restorer> open(const std::filesystem::path& file) {
  Inspection inspection = indexOf(file);
  auto restorer = loaded(inspection, file);
  if (!restorer && narrow(inspection, file)) restorer = loaded(inspection, file);
  if (!restorer) throw unknown(inspection, file);
  return restorer;
}

std::shared_ptr<const Restorer> openBlend(const std::filesystem::path& file, const std::filesystem::path& other,
                                          double weight) {
  Inspection inspection = inspect(file);
  Inspection second = inspect(other);
  second.tensors = inLayoutOf(inspection, second);
  const StateDict mine = withoutMisshapen(inspection.tensors, second.tensors);
  const StateDict theirs = withoutMisshapen(second.tensors, inspection.tensors);
  const bool differ = mine.entries().size() < inspection.tensors.entries().size();
  if (differ && suffices(inspection, mine) && suffices(second, theirs)) {
    inspection.tensors = mine;
    second.tensors = theirs;
  }
  inspection.tensors = inspection.tensors.blendedWith(std::move(second.tensors), weight);
  inspection.considered.clear();
  auto restorer = loaded(inspection, file);
  if (!restorer) throw unknown(inspection, file);
  return restorer;
}

}  // namespace heirloom::models
