#include "ui/main_window.h"

#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QImage>
#include <QLabel>
#include <QMenuBar>
#include <QMimeData>
#include <QScreen>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>
#include <QWindow>

#include "ui/panels/filmstrip.h"
#include "ui/panels/message_area.h"
#include "ui/panels/restore_panel.h"
#include "ui/panels/step_strip.h"
#include "ui/panels/welcome.h"
#include "ui/platform/display_profile.h"
#include "ui/save_flow.h"
#include "ui/text.h"
#include "ui/viewer/presenter.h"
#include "ui/viewer/viewer.h"

namespace heirloom::ui {

MainWindow::MainWindow(const Environment& environment)
    : env_(environment),
      photos_(environment.workers),
      engine_(environment.workers.engine, environment.models.library()) {
  setObjectName(QStringLiteral("mainWindow"));
  setAcceptDrops(true);
  setWindowTitle(QStringLiteral("Heirloom"));

  auto* centre = new QWidget(this);
  viewer_ = new Viewer(centre);
  commands_ = new CommandSet(env_.settings, this, viewer_);
  messages_ = new MessageArea(centre);
  stage_ = new QStackedWidget(centre);
  welcome_ = new Welcome(*commands_, stage_);
  stage_->addWidget(welcome_);
  stage_->addWidget(viewer_);
  panel_ = new RestorePanel(env_.workers, env_.settings, env_.models, *commands_, centre);
  strip_ = new Filmstrip(env_.workers, centre);
  strip_->hide();
  steps_ = new StepStrip(centre);
  presenter_ = new Presenter(env_.workers, *viewer_, this);
  saving_ = new SaveFlow(env_.workers, photos_, *messages_, this);

  auto* picture = new QVBoxLayout;
  picture->setSpacing(0);
  picture->addWidget(messages_);
  picture->addWidget(stage_, 1);
  picture->addWidget(steps_);
  picture->addWidget(strip_);
  auto* row = new QHBoxLayout(centre);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(0);
  row->addLayout(picture, 1);
  row->addWidget(panel_);
  setCentralWidget(centre);

  buildMenus();
  buildToolBar();
  buildStatusBar();
  connectFileCommands();
  connectViewCommands();
  connectOtherCommands();
  connectPhotos();
  connectRecovery();
  updateTheme();
  showCurrent(nullptr);
  resize(QSize(1280, 820).boundedTo(screen()->availableSize()));
  restoreGeometry(env_.settings.windowGeometry());
}

MainWindow::~MainWindow() {
  // The parts look at documents, which go first.
  presenter_->setDocument(nullptr);
  panel_->setDocument(nullptr);
  steps_->setDocument(nullptr);
}

void MainWindow::buildMenus() {
  std::map<MenuId, QMenu*> menus;
  for (const Command& command : commands()) {
    QMenu*& menu = menus[command.menu];
    if (!menu) menu = menuBar()->addMenu(menuTitle(command.menu));
    if (command.separated) menu->addSeparator();
    menu->addAction((*commands_)[command.id]);
    if (std::string_view(command.id) == "file.openFolder") recent_ = menu->addMenu(tr("Open &Recent"));
  }
  connect(recent_, &QMenu::aboutToShow, this, &MainWindow::fillRecentMenu);
  recent_->setEnabled(!env_.settings.recentFiles().isEmpty());
  connect(&env_.settings, &AppSettings::recentFilesChanged, this,
          [this] { recent_->setEnabled(!env_.settings.recentFiles().isEmpty()); });
}

void MainWindow::buildToolBar() {
  auto* bar = addToolBar(tr("Tools"));
  bar->setObjectName(QStringLiteral("tools"));
  bar->setMovable(false);
  bar->setIconSize(QSize(20, 20));
  bar->setContextMenuPolicy(Qt::PreventContextMenu);
  // "" stands for a line, " " for the gap before what stands on the right.
  for (const char* id : {"file.open", "file.save", "", "edit.undo", "edit.redo", "", "view.zoomOut", "view.zoomIn",
                         "view.fit", "view.actualSize", "", "view.compare", "view.swap", " ", "edit.preferences"}) {
    if (!*id) {
      bar->addSeparator();
    } else if (*id == ' ') {
      auto* gap = new QWidget(bar);
      gap->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
      bar->addWidget(gap);
    } else {
      bar->addAction((*commands_)[id]);
      auto* button = qobject_cast<QToolButton*>(bar->widgetForAction((*commands_)[id]));
      button->setFocusPolicy(Qt::TabFocus);
      button->setAccessibleName(commandText(command(id)));
    }
  }
}

void MainWindow::buildStatusBar() {
  statusBar()->setSizeGripEnabled(false);
  fileLabel_ = new QLabel(this);
  sizeLabel_ = new QLabel(this);
  zoomLabel_ = new QLabel(this);
  statusBar()->addWidget(fileLabel_, 1);
  statusBar()->addPermanentWidget(sizeLabel_);
  statusBar()->addPermanentWidget(zoomLabel_);
}

void MainWindow::connectPhotos() {
  connect(&photos_, &PhotoSet::added, this, [this](Document* document) {
    env_.recovery.watch(document);
    strip_->add(document);
    strip_->setVisible(photos_.count() > 1);
    connect(document, &Document::stateChanged, this, [this, document] {
      if (document->state() == Document::State::Ready) {
        if (!document->file().empty()) env_.settings.addRecentFile(fromPath(document->file()));
        messages_->showWarnings(document->name(), document->photo()->warnings);
      }
      updateFacts();
    });
    connect(document, &Document::unsavedChanged, this, &MainWindow::updateFacts);
    connect(document, &Document::runChanged, this, &MainWindow::updateFacts);
    connect(&document->steps(), &RunSteps::chosenChanged, this, &MainWindow::updateFacts);
    connect(document, &Document::runEnded, this, [this, document](const RunEnd& end) { runEnded(document, end); });
    connect(&document->undoStack(), &QUndoStack::indexChanged, this, &MainWindow::updateFacts);
    updateFacts();
  });
  connect(&photos_, &PhotoSet::removed, this, [this](Document* document) {
    strip_->remove(document);
    strip_->setVisible(photos_.count() > 2);
    disconnect(document, nullptr, this, nullptr);
    disconnect(&document->steps(), nullptr, this, nullptr);
    QMetaObject::invokeMethod(this, &MainWindow::updateFacts, Qt::QueuedConnection);
    if (document == lastRun_) engine_.letGo();
  });
  connect(&photos_, &PhotoSet::currentChanged, this, &MainWindow::showCurrent);
  // Another photo is read.
  connect(&photos_, &PhotoSet::currentChanged, this, [this] { engine_.letGoWhereShort(); });
  connect(&photos_, &PhotoSet::failed, messages_, qOverload<const Error&>(&MessageArea::show));
  connect(strip_, &Filmstrip::chosen, &photos_, &PhotoSet::setCurrent);
}

void MainWindow::connectRecovery() {
  connect(&env_.recovery, &Recovery::failed, messages_, qOverload<const Error&>(&MessageArea::show));
  connect(&env_.recovery, &Recovery::recovered, this, [this](const RecoveredPhoto& photo) {
    auto document = std::make_unique<Document>(env_.workers, photo.name, photo.photo);
    document->setStrength(photo.strength, 0);
    document->addResult(photo.result);
    photos_.add(std::move(document));
  });
  if (const int count = env_.recovery.orphanCount()) {
    messages_->show(MessageArea::Severity::Information,
                    tr("Heirloom did not end as it should. %n result(s) that had not been saved can be brought back.",
                       nullptr, count),
                    {{tr("Bring Back"), [this] { env_.recovery.restoreAll(); }},
                     {tr("Give Up"), [this] { env_.recovery.discardAll(); }}});
  }
}

void MainWindow::showCurrent(Document* document) {
  stage_->setCurrentWidget(document ? static_cast<QWidget*>(viewer_) : welcome_);
  presenter_->setDocument(document);
  panel_->setDocument(document);
  steps_->setDocument(document);
  strip_->setCurrent(document);
  if (document) viewer_->setFocus();
  updateFacts();
}

void MainWindow::updateFacts() {
  Document* document = photos_.current();
  Need facts = Need::Nothing;
  const auto add = [&](bool is, Need fact) {
    if (is) facts = facts | fact;
  };
  add(photos_.count() > 1, Need::Several);
  add(!panel_->model().empty(), Need::Model);
  add(document, Need::Document);
  if (document) {
    add(document->state() == Document::State::Ready, Need::Photo);
    add(document->result().has_value(), Need::Result);
    add(document->run(), Need::Running);
    add(!document->run(), Need::Idle);
    add(document->undoStack().canUndo(), Need::Undo);
    add(document->undoStack().canRedo(), Need::Redo);
    add(document->canGoOn(document->steps().chosen()), Need::Step);
  }
  commands_->setFacts(facts);
  updateStatus();
}

void MainWindow::updateStatus() {
  Document* document = photos_.current();
  setWindowTitle(document ? tr("%1[*] - Heirloom").arg(document->name()) : QStringLiteral("Heirloom"));
  setWindowModified(document && document->hasUnsavedResult());
  const bool ready = document && document->photo();
  fileLabel_->setText(document ? shortName(document->name(), 70) : QString());
  fileLabel_->setToolTip(document ? document->name() : QString());
  QString size;
  QString zoom;
  if (ready) {
    const core::Layout& layout = document->photo()->raster->layout();
    const QString depth = layout.type == core::SampleType::UInt8    ? tr("8 bits")
                          : layout.type == core::SampleType::UInt16 ? tr("16 bits")
                                                                    : tr("floating point");
    const double megapixels = static_cast<double>(layout.width) * static_cast<double>(layout.height) / 1e6;
    size = tr("%1 x %2, %3 MP, %4")
               .arg(layout.width)
               .arg(layout.height)
               .arg(QLocale().toString(megapixels, 'f', megapixels < 1 ? 2 : 1), depth);
    zoom = QStringLiteral("%1 %").arg(qRound(viewer_->view().zoom() * 100));
  }
  sizeLabel_->setText(size);
  zoomLabel_->setText(zoom);
  viewer_->setAccessibleName(ready ? tr("Photo %1, %2, shown at %3").arg(document->name(), size, zoom) : tr("Photo"));
}

void MainWindow::updateTheme() {
  commands_->updateIcons();
  panel_->updateIcons();
}

void MainWindow::updateDisplayProfile() {
  const QScreen* shown = screen();
  ScreenIdentity identity;
  identity.name = shown->name();
  identity.index = static_cast<int>(QGuiApplication::screens().indexOf(const_cast<QScreen*>(shown)));
  if (QGuiApplication::platformName() == QLatin1String("xcb")) identity.x11Display = qEnvironmentVariable("DISPLAY");
  inBackground(
      env_.workers.display, this,
      [identity, file = env_.settings.displayProfileFile()](std::stop_token) { return displayProfile(identity, file); },
      [this](Result<std::vector<std::byte>> profile) {
        if (const auto* error = std::get_if<Error>(&profile)) {
          messages_->show(*error);
          presenter_->setDisplayProfile({});
        } else {
          presenter_->setDisplayProfile(std::get<0>(std::move(profile)));
        }
      },
      core::JobQueue::Lane::Fast);
}

void MainWindow::showEvent(QShowEvent* event) {
  QMainWindow::showEvent(event);
  if (event->spontaneous()) return;
  updateDisplayProfile();
  connect(windowHandle(), &QWindow::screenChanged, this, &MainWindow::updateDisplayProfile, Qt::UniqueConnection);
}

bool MainWindow::event(QEvent* event) {
  // The screen may have been calibrated, or given another profile, while another program was in front.
  if (event->type() == QEvent::WindowActivate) updateDisplayProfile();
  return QMainWindow::event(event);
}

void MainWindow::closeEvent(QCloseEvent* event) {
  if (!closing_ && !photos_.unfinished().empty()) {
    event->ignore();
    saving_->giveUp(photos_.unfinished(), [this] {
      closing_ = true;
      close();
    });
    return;
  }
  env_.settings.setWindowGeometry(saveGeometry());
  QMainWindow::closeEvent(event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasUrls() || event->mimeData()->hasImage()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  take(*event->mimeData());
  event->acceptProposedAction();
}

void MainWindow::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape && isFullScreen()) return (*commands_)["view.fullScreen"]->setChecked(false);
  QMainWindow::keyPressEvent(event);
}

}  // namespace heirloom::ui
