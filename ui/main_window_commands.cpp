// What the commands of the window do.
#include <QApplication>
#include <QClipboard>
#include <QDesktopServices>
#include <QFileInfo>
#include <QLabel>
#include <QMenu>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QStatusBar>
#include <QUrl>

#include "core/engine/devices.h"
#include "models/common/kept_step.h"
#include "ui/dialogs/file_dialog.h"
#include "ui/dialogs/network_dialog.h"
#include "ui/dialogs/preferences_dialog.h"
#include "ui/dialogs/shortcuts_dialog.h"
#include "ui/main_window.h"
#include "ui/panels/message_area.h"
#include "ui/panels/restore_panel.h"
#include "ui/panels/step_strip.h"
#include "ui/save_flow.h"
#include "ui/system_information.h"
#include "ui/text.h"
#include "ui/viewer/presenter.h"
#include "ui/viewer/viewer.h"

namespace heirloom::ui {
namespace {

constexpr int kNoteTime = 6000;  // ms in the status bar

QString photoFilter() {
  QStringList patterns;
  for (const core::FormatTraits& traits : core::formats()) {
    for (const std::string_view extension : traits.extensions) {
      const QString text = QString::fromUtf8(extension.data(), static_cast<qsizetype>(extension.size()));
      patterns << QStringLiteral("*.") + text << QStringLiteral("*.") + text.toUpper();
    }
  }
  return MainWindow::tr("Photos (%1)").arg(patterns.join(u' ')) + QStringLiteral(";;") +
         MainWindow::tr("All files (*)");
}

QString keptPreview(int step) {
  return MainWindow::tr("Stopped after step %1. Its preview is kept; Use This Step makes its picture in full.")
      .arg(step);
}

}  // namespace

void MainWindow::connectFileCommands() {
  const auto on = [this](const char* id, auto act) { connect((*commands_)[id], &QAction::triggered, this, act); };
  on("file.open", &MainWindow::openFiles);
  on("file.openFolder", &MainWindow::openFolder);
  on("file.save", [this] { saving_->save(photos_.current()); });
  on("file.saveAs", [this] { saving_->saveAs(photos_.current()); });
  on("file.close", [this] {
    Document* document = photos_.current();
    saving_->giveUp({document}, [this, guard = QPointer<Document>(document)] {
      if (guard) photos_.close(guard);
    });
  });
  on("file.quit", &QWidget::close);
  on("edit.undo", [this] { photos_.current()->undoStack().undo(); });
  on("edit.redo", [this] { photos_.current()->undoStack().redo(); });
  on("edit.copy", &MainWindow::copyPicture);
  on("edit.paste", [this] { take(*QGuiApplication::clipboard()->mimeData()); });
  on("edit.preferences", [this] {
    auto* dialog = new PreferencesDialog(env_.settings, env_.workers, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
  });
  connect(saving_, &SaveFlow::saved, this, [this](Document* document) {
    if (document->savedTo())
      statusBar()->showMessage(tr("Saved as %1").arg(fromPath(document->savedTo()->file.filename())), kNoteTime);
  });
}

void MainWindow::connectViewCommands() {
  const auto on = [this](const char* id, auto act) { connect((*commands_)[id], &QAction::triggered, this, act); };
  const auto toggled = [this](const char* id, auto act) { connect((*commands_)[id], &QAction::toggled, this, act); };
  on("view.zoomIn", [this] { viewer_->zoomIn(); });
  on("view.zoomOut", [this] { viewer_->zoomOut(); });
  on("view.fit", [this] { viewer_->fit(); });
  on("view.actualSize", [this] { viewer_->actualSize(); });
  toggled("view.compare", [this](bool checked) {
    viewer_->setComparison(checked ? Viewer::Comparison::Split : Viewer::Comparison::ResultOnly);
  });
  toggled("view.swap", [this](bool checked) { viewer_->setSwapped(checked); });
  toggled("view.panel", [this](bool checked) { panel_->setVisible(checked); });
  toggled("view.fullScreen", [this](bool checked) {
    setWindowState(checked ? windowState() | Qt::WindowFullScreen : windowState() & ~Qt::WindowFullScreen);
  });
  on("view.previous", [this] { photos_.step(-1); });
  on("view.next", [this] { photos_.step(1); });
  connect(commands_, &CommandSet::held, this, [this](const QString& id, bool down) {
    if (id == QLatin1String("view.original")) viewer_->showOriginal(down);
  });
  connect(viewer_, &Viewer::viewChanged, this, &MainWindow::updateStatus);
  (*commands_)["view.compare"]->setChecked(true);
  (*commands_)["view.panel"]->setChecked(true);
}

void MainWindow::connectOtherCommands() {
  const auto on = [this](const char* id, auto act) { connect((*commands_)[id], &QAction::triggered, this, act); };
  on("restore.run", &MainWindow::run);
  on("restore.goOn", &MainWindow::goOn);
  connect(steps_, &StepStrip::goOnRequested, (*commands_)["restore.goOn"], &QAction::trigger);
  connect(steps_, &StepStrip::takeRequested, this, &MainWindow::takeStep);
  on("restore.cancel", [this] {
    if (EngineRun* running = photos_.current()->run()) running->cancel();
    Q_EMIT photos_.current()->runChanged();
  });
  on("models.openCheckpoint", &MainWindow::openCheckpoint);
  on("models.refresh", [this] { env_.models.refresh(); });
  on("models.folder", [this] {
    const std::filesystem::path folder = env_.models.personalFolder();
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    if (!QDesktopServices::openUrl(QUrl::fromLocalFile(fromPath(folder)))) {
      messages_->show(MessageArea::Severity::Information,
                      tr("Models lie in %1. No file manager could be started.").arg(fromPath(folder)));
    }
  });
  on("help.shortcuts", [this] {
    auto* dialog = new ShortcutsDialog(env_.settings, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
  });
  on("help.systemInformation", &MainWindow::copySystemInformation);
  on("help.about", &MainWindow::about);

  connect(&env_.models, &ModelCatalogue::failed, messages_, qOverload<const Error&>(&MessageArea::show));
  connect(&env_.models, &ModelCatalogue::opened, this, [this](const std::string& name) {
    env_.settings.addOpenedCheckpoint(fromPath(name));
    panel_->chooseModel(name);
  });
  connect(&env_.models, &ModelCatalogue::choiceNeeded, this,
          [this](const std::filesystem::path& file, const std::vector<NetworkChoice>& choices) {
            auto* dialog = new NetworkDialog(file, choices, this);
            connect(dialog, &NetworkDialog::chosen, &env_.models, &ModelCatalogue::openCheckpoint);
            dialog->open();
          });
  connect(&env_.models, &ModelCatalogue::changed, this, [this] {
    // The choice of the last session, once the list is there.
    if (!std::exchange(modelRestored_, true)) panel_->chooseModel(env_.settings.model().toStdString());
    updateFacts();
  });
  connect(panel_, &RestorePanel::modelChosen, this, [this](const std::string& name) {
    if (modelRestored_) env_.settings.setModel(QString::fromStdString(name));
    engine_.letGoUnless(name);
    updateFacts();
  });
  connect(panel_, &RestorePanel::openCheckpointRequested, this, &MainWindow::openCheckpoint);
  connect(&env_.theme, &Theme::changed, this, &MainWindow::updateTheme);
  connect(&env_.settings, &AppSettings::displayProfileChanged, this, &MainWindow::updateDisplayProfile);
}

void MainWindow::fillRecentMenu() {
  recent_->clear();
  for (const QString& file : env_.settings.recentFiles()) {
    QAction* action = recent_->addAction(shortName(QFileInfo(file).fileName(), 60).replace(u'&', QStringLiteral("&&")));
    action->setToolTip(file);
    connect(action, &QAction::triggered, this, [this, file] { open({toPath(file)}); });
  }
  recent_->addSeparator();
  connect(recent_->addAction(tr("&Clear List")), &QAction::triggered, &env_.settings, &AppSettings::clearRecentFiles);
}

void MainWindow::openFiles() {
  const QStringList recent = env_.settings.recentFiles();
  auto* dialog = fileDialog(this, tr("Open Photos"), QFileDialog::ExistingFiles,
                            recent.isEmpty() ? QString() : QFileInfo(recent.first()).path(), photoFilter());
  connect(dialog, &QFileDialog::filesSelected, this, [this](const QStringList& files) {
    std::vector<std::filesystem::path> paths;
    for (const QString& file : files) paths.push_back(toPath(file));
    open(paths);
  });
  dialog->open();
}

void MainWindow::openFolder() {
  auto* dialog = fileDialog(this, tr("Open Folder"), QFileDialog::Directory);
  connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& folder) { open({toPath(folder)}); });
  dialog->open();
}

void MainWindow::openCheckpoint() {
  auto* dialog = fileDialog(
      this, tr("Open Checkpoint"), QFileDialog::ExistingFile, {},
      tr("Checkpoints (*.safetensors *.pth *.pt *.bin *.ckpt)") + QStringLiteral(";;") + tr("All files (*)"));
  connect(dialog, &QFileDialog::fileSelected, this,
          [this](const QString& file) { env_.models.openCheckpoint(toPath(file)); });
  dialog->open();
}

void MainWindow::take(const QMimeData& offered) {
  std::vector<std::filesystem::path> paths;
  for (const QUrl& url : offered.urls()) {
    if (url.isLocalFile()) paths.push_back(toPath(url.toLocalFile()));
  }
  if (!paths.empty()) return open(paths);
  const QImage image = offered.hasImage() ? qvariant_cast<QImage>(offered.imageData()) : QImage();
  if (!image.isNull()) return photos_.addImage(image);
  messages_->show(MessageArea::Severity::Information,
                  tr("There is no picture here to open. Copy a picture or files of photos first."));
}

void MainWindow::copyPicture() {
  inBackground(
      env_.workers.display, this,
      [job = saveJobOf(*photos_.current(), {})](std::stop_token) { return pictureForClipboard(job); },
      [this](Result<QImage> image) {
        if (const auto* error = std::get_if<Error>(&image)) return messages_->show(*error);
        QGuiApplication::clipboard()->setImage(std::get<QImage>(image));
        statusBar()->showMessage(tr("Copied"), kNoteTime);
      });
}

void MainWindow::run() {
  Document* document = photos_.current();
  const ModelEntry* model = env_.models.find(panel_->model());
  if (!document || !document->photo() || !model || document->run()) return;
  messages_->clearAbout(document->name());
  lastRun_ = document;
  document->follow(engine_.start(requestFor(*document, panel_->recipe())), model->title);
}

RunRequest MainWindow::requestFor(const Document& document, core::Recipe recipe) const {
  return {.photo = document.photo(),
          .recipe = std::move(recipe),
          .device = env_.settings.device().toStdString(),
          .precision = env_.settings.precision().toStdString(),
          .first = viewer_->visibleRegion(),
          .from = nullptr};
}

void MainWindow::goOn() {
  Document* document = photos_.current();
  const int row = document ? document->steps().chosen() : -1;
  if (!document || !document->canGoOn(row)) return;
  const RunStep& step = document->steps().all()[static_cast<std::size_t>(row)];
  const core::Step& before = step.recipe->steps.back();
  const core::Recipe now = panel_->recipe();
  const ModelEntry* model = env_.models.find(before.model);
  if (!model || panel_->model() != before.model) {
    messages_->show(
        MessageArea::Severity::Information,
        tr("Another model made this step. Choose %1 again to go on from it.").arg(document->result()->modelTitle));
    return;
  }
  RunRequest request = requestFor(*document, {{core::goingOn(before, now.steps.back(), step.kept->fixed())}});
  request.from = step.kept;
  messages_->clearAbout(document->name());
  lastRun_ = document;
  document->follow(engine_.start(std::move(request)), model->title, row);
}

void MainWindow::takeStep() {
  Document* document = photos_.current();
  const int row = document ? document->steps().chosen() : -1;
  if (!document || !document->canTakeStep(row)) return;
  if (!document->mustMakeStep(row)) return document->takeStep(row);
  messages_->clearAbout(document->name());
  makeStep(document, row);
}

void MainWindow::makeStep(Document* document, int row) {
  const RunStep& step = document->steps().all()[static_cast<std::size_t>(row)];
  RunRequest request = requestFor(*document, *step.recipe);
  request.from = step.kept;
  request.onlyPicture = true;
  document->make(engine_.start(std::move(request)), row);
}

void MainWindow::runEnded(Document* document, const RunEnd& end) {
  if (end.only) return stepMade(document, end);
  switch (end.status) {
    case RunEnd::Status::Done:
      messages_->showWarnings(document->name(), end.warnings);
      statusBar()->showMessage(tr("Restored in %1").arg(spoken(end.elapsed.count())), kNoteTime);
      break;
    case RunEnd::Status::Cancelled:
      if (!end.raster || !end.reached) {
        statusBar()->showMessage(tr("Cancelled"), kNoteTime);
      } else if (const int last = static_cast<int>(std::ssize(document->steps().all())) - 1;
                 document->mustMakeStep(last)) {
        // Whoever stops a run wants what it has, not a preview of it.
        tellStopped(document, tr("Stopped after step %1. Its picture is being made in full; Cancel keeps the preview.")
                                  .arg(end.reached->step + 1));
        makeStep(document, last);
      } else {
        tellWhatIsKept(document, *end.reached);
      }
      break;
    case RunEnd::Status::Failed:
      if (end.error) messages_->show(*end.error);
      if (end.raster && end.reached) tellWhatIsKept(document, *end.reached);
      break;
  }
  updateFacts();
}

void MainWindow::stepMade(Document* document, const RunEnd& end) {
  const int number = end.only->number;
  if (end.only->stopped) messages_->clearAbout(document->name());
  switch (end.status) {
    case RunEnd::Status::Done:
      if (end.only->stopped)
        tellStopped(document, tr("Stopped after step %1. Its picture is kept.").arg(number));
      else
        statusBar()->showMessage(tr("Step %1 is the result").arg(number), kNoteTime);
      break;
    case RunEnd::Status::Failed:
      if (end.error) messages_->show(*end.error);
      [[fallthrough]];
    case RunEnd::Status::Cancelled:
      if (end.only->stopped)
        tellStopped(document, keptPreview(number));
      else if (end.status == RunEnd::Status::Cancelled)
        statusBar()->showMessage(tr("Cancelled"), kNoteTime);
      break;
  }
  updateFacts();
}

void MainWindow::tellWhatIsKept(Document* document, const RunPreview& reached) {
  const int number = reached.step + 1;
  if (reached.tiles > 1) {
    tellStopped(document, tr("Stopped in part %1 of %2, after step %3. What is done is kept, the rest is as it was.")
                              .arg(reached.tile + 1)
                              .arg(reached.tiles)
                              .arg(number));
  } else {
    const int last = static_cast<int>(std::ssize(document->steps().all())) - 1;
    tellStopped(document, document->mustMakeStep(last) ? keptPreview(number)
                                                       : tr("Stopped after step %1. Its picture is kept.").arg(number));
  }
}

void MainWindow::tellStopped(Document* document, const QString& where) {
  messages_->show(MessageArea::Severity::Information,
                  document->name() + QStringLiteral(": ") + where + u' ' + tr("Undo takes it back."));
}

void MainWindow::copySystemInformation() {
  inBackground(
      env_.workers.files, this, [](std::stop_token) { return core::devices(); },
      [this](Result<core::DeviceReport> report) {
        if (const auto* error = std::get_if<Error>(&report)) return messages_->show(*error);
        QGuiApplication::clipboard()->setText(systemInformation(std::get<0>(report)));
        messages_->show(MessageArea::Severity::Information,
                        tr("The system information is in the clipboard. Nothing was sent anywhere."));
      });
}

void MainWindow::about() {
  auto* box = new QMessageBox(this);
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->setWindowTitle(tr("About Heirloom"));
  box->setIconPixmap(QIcon(QStringLiteral(":/heirloom/icons/heirloom.svg")).pixmap(QSize(72, 72), devicePixelRatioF()));
  box->setText(QStringLiteral("<h3>Heirloom " HEIRLOOM_VERSION "</h3>"));
  box->setInformativeText(
      tr("Restores photographs with neural networks, on this computer and nowhere else.\n\n"
         "Free software under the GNU General Public License, version 3 or later. "
         "It comes without any warranty."));
  box->addButton(tr("Close"), QMessageBox::RejectRole)->setAccessibleName(tr("Close"));
  box->open();
}

}  // namespace heirloom::ui
