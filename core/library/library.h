#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "models/dpir/dpir.h"
#include "models/registry.h"

namespace heirloom::core {

/// A model that can be named.
struct InstalledModel {
  std::string name;            // of the file, without extension: what -m takes; "pair#denoise" of a file of several
  std::filesystem::path file;  // empty: an algorithm, which has no weights of its own
  models::Descriptor descriptor;
  std::string title;    // for people; from the file's metadata or heirloom.yaml beside it, otherwise family and name
  std::string licence;  // empty: unknown
  std::string source;   // where it came from; empty: unknown
  bool shipped = false;
  std::string network;                                     // which one of a file of several; empty: the only one
  std::vector<std::pair<std::string, std::string>> notes;  // what else the file's metadata says, by key
};

/// The networks on this machine: the shipped ones and those in the person's model folder. Thread-safe.
class ModelLibrary {
 public:
  /// Folders are searched in order, an earlier name wins; a missing folder is an empty one.
  explicit ModelLibrary(std::vector<std::filesystem::path> folders);

  /// Shipped models (beside the program or in the source tree), then the person's (XDG_DATA_HOME/heirloom/models).
  static std::vector<std::filesystem::path> defaultFolders();

  /// Reads indexes only. Files that are no known network are left out; of a file of several each is listed.
  std::vector<InstalledModel> list() const;

  /// `model`: a name or a checkpoint's path, followed by "#" and a network's name where the file holds several. Throws
  /// Error: unknown name (with the names that are near), unreadable file; SeveralNetworks where a choice is missing.
  InstalledModel find(const std::string& model) const;

  /// The checkpoint that `model` names, without a look into it; empty for what has no file of its own: an algorithm, a
  /// network that was added. Throws Error as `find` does for a name or a file that is not there.
  std::filesystem::path locate(const std::string& model) const;

  /// As `find`, loaded; the same object while somebody holds it. Throws Error also for a network that is unknown.
  std::shared_ptr<const models::Restorer> open(const std::string& model) const;

  /// `model` with `weight` (0..1) of the values of `other`, another checkpoint of the same network. Throws Error when
  /// their tensors differ in name or shape.
  std::shared_ptr<const models::Restorer> openBlend(const std::string& model, const std::string& other,
                                                    double weight) const;

  /// A file that people have with a checkpoint: `fileName` beside `model`'s, or in one of the folders; empty when
  /// nowhere.
  std::filesystem::path companion(const std::string& model, const std::string& fileName) const;

  /// Adds a network that lies in memory (one in training, say) under `name`, before everything in the folders.
  void add(const std::string& name, std::shared_ptr<const models::Restorer> restorer);

  /// Name of the denoiser that runs when nobody chose a model.
  static constexpr const char* kDefaultModel = "heirloom-denoise";

 private:
  /// As `locate`, with the network that `model` names.
  std::filesystem::path locateNetwork(const std::string& model) const;

  std::vector<std::filesystem::path> folders_;
  std::map<std::string, models::Algorithm> algorithms_;  // by name
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const models::Restorer>> added_;
  mutable std::map<std::filesystem::path, std::weak_ptr<const models::Restorer>> loaded_;
};

}  // namespace heirloom::core
