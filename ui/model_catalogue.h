#pragma once

#include <QObject>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/settings.h"
#include "ui/background.h"

namespace heirloom::core {
class ModelLibrary;
}

namespace heirloom::ui {

/// What a chooser shows of a model, and what a panel is generated from.
struct ModelEntry {
  std::string name;  // what a recipe's step takes: the library's name, or a checkpoint's path
  QString title;
  QString purpose;
  int group = 0;    // of models with this purpose, in the chooser
  QString details;  // family, licence, source and the file's notes, for a tip; plain text
  int scale = 1;
  bool denoiser = false;  // algorithms can use it
  bool prior = false;     // an algorithm that leaves the enlargement to a network can use it
  std::string network;    // models that share it and the scale can be blended; empty: no weights of its own
  bool shipped = false;
  bool opened = false;  // by "Open Checkpoint", not installed
  std::vector<models::Parameter> parameters;
  std::map<std::string, std::filesystem::path> companions;  // files that settings want and that were found, by setting
};

/// One network of a checkpoint that holds several.
struct NetworkChoice {
  std::filesystem::path checkpoint;  // what openCheckpoint takes to mean it
  QString title;
};

/// The models that can be chosen. Reads the library on a worker; GUI thread otherwise.
class ModelCatalogue : public QObject {
  Q_OBJECT
 public:
  ModelCatalogue(Workers& workers, std::vector<std::filesystem::path> folders, QObject* parent = nullptr);
  ~ModelCatalogue() override;

  /// In the order of the chooser.
  const std::vector<ModelEntry>& entries() const { return entries_; }
  const ModelEntry* find(const std::string& name) const;
  const std::shared_ptr<const core::ModelLibrary>& library() const { return library_; }

  /// Shipped models (beside the program or in the source tree), then the person's.
  static std::vector<std::filesystem::path> defaultFolders();
  /// Where people put their own models; empty where none of the folders is theirs.
  std::filesystem::path personalFolder() const;

  /// Checkpoints that are offered beside the installed ones from the next refresh on, as long as they can be opened.
  void offer(std::vector<std::filesystem::path> checkpoints) { offered_ = std::move(checkpoints); }
  /// Looks again; `changed` follows.
  void refresh();
  /// Adds a checkpoint; `opened`, `failed` or, where it holds several networks, `choiceNeeded` follows.
  void openCheckpoint(const std::filesystem::path& file);

 Q_SIGNALS:
  void changed();
  void opened(const std::string& name);
  void choiceNeeded(const std::filesystem::path& file, const std::vector<NetworkChoice>& choices);
  void failed(const Error& error);

 private:
  void replace(std::vector<ModelEntry> installed);
  void sort();

  Workers& workers_;
  std::vector<std::filesystem::path> folders_;
  std::shared_ptr<const core::ModelLibrary> library_;
  std::vector<std::filesystem::path> offered_;
  std::vector<ModelEntry> entries_;
};

}  // namespace heirloom::ui
