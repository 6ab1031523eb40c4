#include "core/library/library.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <set>
#include <string_view>

#include "models/several_networks.h"

namespace heirloom::core {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 5> kExtensions = {".safetensors", ".pth", ".pt", ".bin", ".ckpt"};
constexpr std::size_t kSuggestions = 3;

bool isCheckpointName(const fs::path& file) {
  return std::find(kExtensions.begin(), kExtensions.end(), file.extension().string()) != kExtensions.end();
}

/// Where the shipped models lie: beside an installed program, otherwise in the source tree that it was built from.
fs::path shippedFolder() {
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  const fs::path installed = (program.parent_path() / "../share/heirloom/models").lexically_normal();
  if (fs::is_directory(installed, ignored)) return installed;
  return fs::path(HEIRLOOM_RESOURCES) / "models";
}

fs::path personalFolder() {
  const char* data = std::getenv("XDG_DATA_HOME");
  if (data && *data) return fs::path(data) / "heirloom/models";
  const char* home = std::getenv("HOME");
  return home ? fs::path(home) / ".local/share/heirloom/models" : fs::path();
}

/// The checkpoints directly in `folder` and the folders of networks of several files, by name.
std::vector<fs::path> checkpointsIn(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
    const bool isFile = isCheckpointName(entry->path()) && entry->is_regular_file(failed);
    if (isFile || (entry->is_directory(failed) && models::isModelFolder(entry->path()))) files.push_back(entry->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// What people want to read about a checkpoint: its own metadata, or an entry of its name in `heirloom.yaml` beside it.
void describe(InstalledModel& model, const std::map<std::string, std::string>& metadata) {
  YAML::Node beside;
  try {
    const fs::path file = model.file.parent_path() / "heirloom.yaml";
    if (fs::exists(file)) beside = YAML::LoadFile(file.string());
    if (beside.IsMap()) beside.reset(YAML::Clone(beside)[model.name]);
  } catch (const YAML::Exception&) {
    beside.reset();  // a broken note beside a model never makes the model unusable
  }
  std::set<std::string_view> told;
  const auto text = [&](std::initializer_list<std::string_view> keys) -> std::string {
    for (const std::string_view key : keys) {
      const auto found = metadata.find(std::string(key));
      if (found == metadata.end() || found->second.empty()) continue;
      told.insert(key);
      return found->second;
    }
    const std::string own(*keys.begin());
    if (beside.IsMap() && beside[own] && beside[own].IsScalar()) return beside[own].Scalar();
    return {};
  };
  // Our own key first, then those of other programs.
  model.title = text({"title", "modelspec.title", "name"});
  model.licence = text({"licence", "license", "modelspec.license"});
  model.source = text({"source", "url", "homepage"});
  if (model.title.empty()) {
    model.title = model.descriptor.family + " (" + model.name + ")";
  } else if (!model.network.empty()) {
    model.title += " (" + model.network + ")";
  }
  for (const auto& [key, value] : metadata) {
    const bool says = !value.empty() && !told.contains(key) && key != "format" && !value.starts_with("data:");
    if (says) model.notes.emplace_back(key, value);
  }
}

/// Empty when the file is no network we know. Throws Error when it is no checkpoint, SeveralNetworks when it holds
/// several of which `written` names none.
std::optional<InstalledModel> read(const fs::path& written) {
  const models::Inspection inspection = models::inspect(written);
  if (!inspection.family) return std::nullopt;
  const models::NetworkOfFile named = models::NetworkOfFile::parse(written);
  InstalledModel model;
  model.file = named.file;
  model.network = named.network;
  model.name = models::NetworkOfFile{named.file.stem(), named.network}.written().string();
  model.descriptor = *inspection.considered.back().match.descriptor;
  model.shipped = named.file.parent_path() == shippedFolder();
  describe(model, inspection.archive->metadata());
  return model;
}

/// What the file offers: its network, or each of several. Throws Error.
std::vector<InstalledModel> readAll(const fs::path& file) {
  std::vector<InstalledModel> models;
  try {
    if (auto model = read(file)) models.push_back(*std::move(model));
  } catch (const models::SeveralNetworks& several) {
    for (const auto& network : several.networks()) {
      if (auto model = read(models::NetworkOfFile{file, network.name}.written())) models.push_back(*std::move(model));
    }
  }
  return models;
}

InstalledModel installed(const models::Algorithm& algorithm) {
  return {algorithm.name, {}, algorithm.restorer->descriptor(), algorithm.title, {}, {}, true};
}

std::size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

Error unknownModel(const std::string& model, std::vector<std::string> names) {
  std::stable_sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
    return editDistance(model, a) < editDistance(model, b);
  });
  std::string near;
  for (const std::string& name : names) {
    const bool similar = editDistance(model, name) <= std::max<std::size_t>(2, model.size() / 3) ||
                         name.find(model) != std::string::npos || model.find(name) != std::string::npos;
    if (!similar || std::count(near.begin(), near.end(), ',') + 1 >= static_cast<std::ptrdiff_t>(kSuggestions)) break;
    near += (near.empty() ? "" : ", ") + name;
  }
  const Message fault = HEIRLOOM_TEXT("library.unknown", "there is no model '%1'").with(model);
  if (near.empty()) {
    return Error(fault,
                 HEIRLOOM_TEXT("library.unknown_remedy",
                               "`heirloom-cli models list` shows the names; a checkpoint file can be given too"));
  }
  return Error(fault, HEIRLOOM_TEXT("library.did_you_mean", "did you mean %1?").with(near));
}

}  // namespace

ModelLibrary::ModelLibrary(std::vector<fs::path> folders) : folders_(std::move(folders)) {
  for (const models::Algorithm& algorithm : models::dpirAlgorithms()) algorithms_[algorithm.name] = algorithm;
}

std::vector<fs::path> ModelLibrary::defaultFolders() {
  std::vector<fs::path> folders;
  const char* chosen = std::getenv("HEIRLOOM_MODELS");
  for (std::string_view rest = chosen ? chosen : ""; !rest.empty();) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    if (end > 0) folders.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  folders.push_back(shippedFolder());
  if (const fs::path own = personalFolder(); !own.empty()) folders.push_back(own);
  return folders;
}

std::vector<InstalledModel> ModelLibrary::list() const {
  std::vector<InstalledModel> models;
  std::set<std::string> names;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, restorer] : added_) {
      models.push_back({name, {}, restorer->descriptor(), name, {}, {}, false});
      names.insert(name);
    }
  }
  for (const fs::path& folder : folders_) {
    for (const fs::path& file : checkpointsIn(folder)) {
      if (names.contains(file.stem().string())) continue;
      try {
        for (InstalledModel& model : readAll(file)) {
          names.insert(file.stem().string());
          models.push_back(std::move(model));
        }
      } catch (const Error&) {
        continue;  // what cannot be read is no installed model; `find` says why when somebody asks for it
      }
    }
  }
  for (const auto& [name, algorithm] : algorithms_) {
    if (!names.contains(name)) models.push_back(installed(algorithm));
  }
  return models;
}

fs::path ModelLibrary::locateNetwork(const std::string& model) const {
  std::vector<std::string> names;
  {
    const std::lock_guard lock(mutex_);
    if (added_.contains(model)) return {};
    for (const auto& [name, restorer] : added_) names.push_back(name);
  }
  if (algorithms_.contains(model)) return {};
  for (const auto& [name, algorithm] : algorithms_) names.push_back(name);
  const models::NetworkOfFile asked = models::NetworkOfFile::parse(model);
  models::NetworkOfFile found{{}, asked.network};
  for (const fs::path& folder : folders_) {
    for (const fs::path& candidate : checkpointsIn(folder)) {
      if (found.file.empty() && candidate.stem() == asked.file) found.file = candidate;
      names.push_back(candidate.stem().string());
    }
  }
  std::error_code ignored;
  if (found.file.empty() && fs::exists(asked.file, ignored)) found.file = asked.file;
  if (!found.file.empty()) {
    if (!found.file.has_filename()) found.file = found.file.parent_path();  // a folder may end with a slash
    return found.written();
  }
  const bool isPath = model.find('/') != std::string::npos || isCheckpointName(asked.file);
  if (!isPath) throw unknownModel(asked.file.string(), std::move(names));
  throw Error(HEIRLOOM_TEXT("library.missing", "there is no such checkpoint file"),
              HEIRLOOM_TEXT("library.missing_remedy", "check the path, or take a name from `heirloom-cli models list`"),
              asked.file);
}

fs::path ModelLibrary::locate(const std::string& model) const {
  return models::NetworkOfFile::parse(locateNetwork(model)).file;
}

InstalledModel ModelLibrary::find(const std::string& model) const {
  if (const fs::path file = locateNetwork(model); !file.empty()) {
    if (auto found = read(file)) return *found;
    models::open(file);  // throws, and says which families come closest
    throw Error(HEIRLOOM_TEXT("library.changed", "the file changed while it was read"), {}, file);
  }
  if (const auto algorithm = algorithms_.find(model); algorithm != algorithms_.end()) {
    return installed(algorithm->second);
  }
  const std::lock_guard lock(mutex_);
  return {model, {}, added_.at(model)->descriptor(), model, {}, {}, false};
}

std::shared_ptr<const models::Restorer> ModelLibrary::open(const std::string& model) const {
  {
    const std::lock_guard lock(mutex_);
    if (const auto added = added_.find(model); added != added_.end()) return added->second;
  }
  if (const auto algorithm = algorithms_.find(model); algorithm != algorithms_.end()) return algorithm->second.restorer;
  models::NetworkOfFile named = models::NetworkOfFile::parse(locateNetwork(model));
  named.file = fs::canonical(named.file);
  const fs::path file = named.written();
  // Held while loading, so that two runs that ask at once share one copy of the weights.
  const std::lock_guard lock(mutex_);
  std::weak_ptr<const models::Restorer>& known = loaded_[file];
  auto restorer = known.lock();
  if (!restorer) known = restorer = models::open(file);
  return restorer;
}

std::shared_ptr<const models::Restorer> ModelLibrary::openBlend(const std::string& model, const std::string& other,
                                                                double weight) const {
  const fs::path first = locateNetwork(model);
  const fs::path second = locateNetwork(other);
  for (const auto& [name, file] : {std::pair(model, first), std::pair(other, second)}) {
    if (!file.empty()) continue;
    throw Error(HEIRLOOM_TEXT("library.no_weights", "%1 has no weights that could be blended").with(name),
                HEIRLOOM_TEXT("library.no_weights_remedy", "blend two checkpoints of one network"));
  }
  return models::openBlend(first, second, weight);
}

fs::path ModelLibrary::companion(const std::string& model, const std::string& fileName) const {
  std::vector<fs::path> folders = {locate(model).parent_path()};
  folders.insert(folders.end(), folders_.begin(), folders_.end());
  for (const fs::path& folder : folders) {
    std::error_code ignored;
    if (!folder.empty() && fs::is_regular_file(folder / fileName, ignored)) return folder / fileName;
  }
  return {};
}

void ModelLibrary::add(const std::string& name, std::shared_ptr<const models::Restorer> restorer) {
  const std::lock_guard lock(mutex_);
  added_[name] = std::move(restorer);
}

}  // namespace heirloom::core
