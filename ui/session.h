#pragma once

#include <QLocale>
#include <filesystem>
#include <vector>

#include "ui/main_window.h"

class QTranslator;

namespace heirloom::ui {

/// Where a session keeps its things.
struct SessionPlaces {
  std::filesystem::path settings;  // empty: the platform's usual place
  std::filesystem::path recovery;
  std::vector<std::filesystem::path> models;

  /// The usual ones. `settingsFolder` (an option of the command line) replaces the first; otherwise a file "portable"
  /// beside the program keeps settings and recovery there.
  static SessionPlaces usual(const std::filesystem::path& settingsFolder);
};

/// Everything between the start of the program and its end, in the order it is needed. Needs a QApplication.
class Session {
 public:
  explicit Session(const SessionPlaces& places);
  ~Session();

  MainWindow& window() { return window_; }
  AppSettings& settings() { return settings_; }
  ModelCatalogue& models() { return models_; }
  Theme& theme() { return theme_; }
  Recovery& recovery() { return recovery_; }

 private:
  Workers workers_;
  AppSettings settings_;
  Theme theme_;
  ModelCatalogue models_;
  Recovery recovery_;
  MainWindow window_;
};

/// Texts in the language of `locale`: ours, and Qt's own (file dialogs) where they are installed. The application owns
/// them; whoever deletes one takes its texts away again.
QList<QTranslator*> installTranslators(const QLocale& locale);

/// Makes resources and texts available. Once, before the first widget.
void prepareApplication(const QLocale& locale);

}  // namespace heirloom::ui
