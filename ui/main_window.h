#pragma once

#include <QMainWindow>

#include "ui/app_settings.h"
#include "ui/commands.h"
#include "ui/engine_adapter.h"
#include "ui/model_catalogue.h"
#include "ui/photo_set.h"
#include "ui/recovery.h"
#include "ui/theme/theme.h"

class QLabel;
class QMimeData;
class QStackedWidget;

namespace heirloom::ui {

class Filmstrip;
class MessageArea;
class Presenter;
class RestorePanel;
class SaveFlow;
class StepStrip;
class Viewer;

/// What a window needs and does not own; must outlive it.
struct Environment {
  Workers& workers;
  AppSettings& settings;
  Theme& theme;
  ModelCatalogue& models;
  Recovery& recovery;
};

/// The window: puts the parts together and connects commands to them.
class MainWindow : public QMainWindow {
  Q_OBJECT
 public:
  explicit MainWindow(const Environment& environment);
  ~MainWindow() override;

  /// Files and folders, of the command line say.
  void open(const std::vector<std::filesystem::path>& paths) { photos_.open(paths); }

  PhotoSet& photos() { return photos_; }
  CommandSet& commandSet() { return *commands_; }
  MessageArea& messages() { return *messages_; }

 protected:
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void showEvent(QShowEvent* event) override;
  bool event(QEvent* event) override;

 private:
  void buildMenus();
  void buildToolBar();
  void buildStatusBar();
  void connectFileCommands();
  void connectViewCommands();
  void connectOtherCommands();
  void connectPhotos();
  void connectRecovery();
  void fillRecentMenu();

  void showCurrent(Document* document);
  void updateFacts();
  void updateStatus();
  void updateDisplayProfile();
  void updateTheme();

  void openFiles();
  void openFolder();
  void openCheckpoint();
  void take(const QMimeData& offered);
  void copyPicture();
  void run();
  void goOn();
  /// Takes the chosen step of the current photo, or starts the run that makes its picture.
  void takeStep();
  void makeStep(Document* document, int row);
  RunRequest requestFor(const Document& document, core::Recipe recipe) const;
  void runEnded(Document* document, const RunEnd& end);
  void stepMade(Document* document, const RunEnd& end);
  void tellWhatIsKept(Document* document, const RunPreview& reached);
  void tellStopped(Document* document, const QString& where);
  void copySystemInformation();
  void about();

  Environment env_;
  PhotoSet photos_;
  EngineAdapter engine_;
  QPointer<Document> lastRun_;  // whose network `engine_` may hold
  Viewer* viewer_ = nullptr;
  CommandSet* commands_ = nullptr;
  MessageArea* messages_ = nullptr;
  RestorePanel* panel_ = nullptr;
  Filmstrip* strip_ = nullptr;
  StepStrip* steps_ = nullptr;
  Presenter* presenter_ = nullptr;
  SaveFlow* saving_ = nullptr;
  QStackedWidget* stage_ = nullptr;
  QWidget* welcome_ = nullptr;
  QMenu* recent_ = nullptr;
  QLabel* fileLabel_ = nullptr;
  QLabel* sizeLabel_ = nullptr;
  QLabel* zoomLabel_ = nullptr;
  bool closing_ = false;
  bool modelRestored_ = false;  // the choice of the last session was applied
};

}  // namespace heirloom::ui
