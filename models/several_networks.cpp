#include "models/several_networks.h"

#include <algorithm>

#include "models/checkpoint/refusal.h"
#include "models/registry.h"

namespace heirloom::models {
namespace {

namespace fs = std::filesystem;

constexpr char kMark = '#';
constexpr std::size_t kShown = 8;  // networks that a message names

struct Known {
  Part part;
  std::string_view family;
};

std::string_view familyOf(const StateDict& tensors) {
  for (const Family& family : families()) {
    if (family.detect(tensors).descriptor) return family.name;
  }
  return {};
}

bool isWithin(std::string_view name, std::string_view outer) {
  return name.size() > outer.size() && name.starts_with(outer) && name[outer.size()] == '.';
}

std::string_view lastWord(std::string_view name) {
  return name.substr(name.rfind('.') + 1);
}

/// Whether `average` is called, and shaped, as the moving average of `network`.
bool isAverageOf(const Part& average, const Part& network) {
  const auto of = averagedName(lastWord(average.name));
  if (!of || averagedName(lastWord(network.name))) return false;
  return (of->empty() || *of == lastWord(network.name)) && sameTensors(average.tensors, network.tensors);
}

std::vector<Known> knownNetworks(const std::shared_ptr<const Archive>& archive) {
  std::vector<Known> known;
  for (Part& part : partsOf(archive)) {
    if (std::ranges::any_of(known, [&](const Known& outer) { return isWithin(part.name, outer.part.name); })) continue;
    const std::string_view family = familyOf(part.tensors);
    if (!family.empty()) known.push_back({std::move(part), family});
  }
  std::vector<Known> wanted;
  for (const Known& one : known) {
    const bool hasAverage =
        std::ranges::any_of(known, [&](const Known& other) { return isAverageOf(other.part, one.part); });
    if (!hasAverage) wanted.push_back(one);
  }
  return wanted;
}

std::string listed(const std::vector<SeveralNetworks::Network>& networks) {
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, networks.size()); ++i) {
    text += (i ? ", " : "") + printable(networks[i].name) + " (" + networks[i].family + ")";
  }
  if (networks.size() > kShown) text += ", ...";
  return text;
}

std::vector<SeveralNetworks::Network> named(const std::vector<Known>& known) {
  std::vector<SeveralNetworks::Network> networks;
  for (const Known& one : known) networks.push_back({one.part.name, std::string(one.family)});
  return networks;
}

}  // namespace

NetworkOfFile NetworkOfFile::parse(const fs::path& written) {
  const std::string& text = written.native();
  const std::size_t mark = text.rfind(kMark);
  std::error_code ignored;
  if (mark == std::string::npos || mark == 0 || mark + 1 == text.size() || fs::exists(written, ignored)) {
    return {written, {}};
  }
  return {text.substr(0, mark), text.substr(mark + 1)};
}

fs::path NetworkOfFile::written() const {
  return network.empty() ? file : fs::path(file.native() + kMark + network);
}

SeveralNetworks::SeveralNetworks(const fs::path& file, std::vector<Network> networks)
    : Error(HEIRLOOM_TEXT("checkpoint.several", "it holds several networks: %1").with(listed(networks)),
            HEIRLOOM_TEXT("checkpoint.several.remedy", "name one of them behind the file's name, as in %1")
                .with(NetworkOfFile{file.filename(), printable(networks.front().name)}.written().string()),
            file),
      networks_(std::move(networks)) {}

std::optional<Part> onlyNetwork(const std::shared_ptr<const Archive>& archive) {
  std::vector<Known> known = knownNetworks(archive);
  if (known.empty()) return std::nullopt;
  if (known.size() > 1) throw SeveralNetworks(archive->file(), named(known));
  return std::move(known.front().part);
}

Part namedNetwork(const std::shared_ptr<const Archive>& archive, const std::string& name) {
  std::vector<Part> parts = partsOf(archive);
  auto found = std::ranges::find(parts, name, &Part::name);
  if (found == parts.end()) {
    const auto endsSo = [&](const Part& part) { return part.name.ends_with("." + name); };
    if (std::ranges::count_if(parts, endsSo) == 1) found = std::ranges::find_if(parts, endsSo);
  }
  if (found != parts.end()) return std::move(*found);
  const std::vector<SeveralNetworks::Network> networks = named(knownNetworks(archive));
  const Message fault =
      HEIRLOOM_TEXT("checkpoint.noSuchNetwork", "it holds no network called %1").with(printable(name));
  if (networks.empty()) {
    throw Error(fault, HEIRLOOM_TEXT("checkpoint.noSuchNetwork.none", "leave the name out"), archive->file());
  }
  throw Error(fault, HEIRLOOM_TEXT("checkpoint.noSuchNetwork.remedy", "it holds %1").with(listed(networks)),
              archive->file());
}

}  // namespace heirloom::models
