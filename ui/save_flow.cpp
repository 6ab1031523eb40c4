#include "ui/save_flow.h"

#include <QMessageBox>
#include <QPushButton>
#include <algorithm>

#include "ui/dialogs/save_dialog.h"
#include "ui/panels/message_area.h"
#include "ui/photo_set.h"
#include "ui/text.h"
#include "ui/theme/icons.h"

namespace heirloom::ui {
namespace {

constexpr int kNameLength = 60;  // of a file in a question, in characters

QPushButton* addButton(QMessageBox* box, const QString& text, QMessageBox::ButtonRole role) {
  QPushButton* button = box->addButton(text, role);
  button->setAccessibleName(QString(text).remove(u'&'));
  return button;
}

}  // namespace

SaveFlow::SaveFlow(Workers& workers, PhotoSet& photos, MessageArea& messages, QWidget* window)
    : QObject(window), workers_(workers), photos_(photos), messages_(messages), window_(window) {}

void SaveFlow::save(Document* document, std::function<void()> then) {
  if (!document->savedTo()) return saveAs(document, std::move(then));
  SaveTarget target = *document->savedTo();
  target.options.overwrite = true;  // its own earlier result
  write(document, target, std::move(then));
}

void SaveFlow::saveAs(Document* document, std::function<void()> then) {
  auto photo = std::make_shared<core::Photo>(*document->photo());
  SaveTarget suggested = document->savedTo() ? *document->savedTo() : suggestedTarget(*document);
  suggested.options.overwrite = false;
  if (document->result()) {
    // Same samples as the photo, size of the result: what the format can hold is decided by this.
    core::Layout layout = photo->raster->layout();
    if (layout.width != document->result()->raster->width()) photo->raster = document->result()->raster;
  }
  auto* dialog = new SaveDialog(std::move(photo), suggested, window_);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &QDialog::accepted, document,
          [this, dialog, document, then = std::move(then)] { write(document, dialog->target(), then); });
  dialog->open();
}

void SaveFlow::write(Document* document, const SaveTarget& target, std::function<void()> then) {
  // What is saved is the state of now; if it is changed while it is written, it counts as unsaved again.
  const int index = document->undoStack().index();
  inBackground(
      workers_.files, document, [job = saveJobOf(*document, target)](std::stop_token) { return ui::save(job); },
      [this, document, target, index, then = std::move(then)](Result<std::vector<Message>> result) {
        if (const auto* error = std::get_if<Error>(&result)) return messages_.show(error->in(target.file));
        if (document->undoStack().index() == index) document->markSaved(target);
        messages_.showWarnings(fromPath(target.file.filename()), std::get<0>(result));
        Q_EMIT saved(document);
        if (then) then();
      },
      core::JobQueue::Lane::Fast);
}

void SaveFlow::giveUp(std::vector<Document*> documents, std::function<void()> then) {
  giveUpRuns(documents, [this, documents, then = std::move(then)] { giveUpResults(documents, then); });
}

void SaveFlow::giveUpRuns(const std::vector<Document*>& documents, std::function<void()> then) {
  std::vector<Document*> running = documents;
  std::erase_if(running, [](const Document* document) { return !document->run(); });
  if (running.empty()) return then();
  auto* box = question(QStringLiteral("runningQuestion"), tr("Run Not Finished"));
  box->setText(running.size() == 1
                   ? tr("%1 is still being restored.").arg(shortName(running.front()->name(), kNameLength))
                   : tr("%n photo(s) are still being restored.", nullptr, static_cast<int>(running.size())));
  box->setInformativeText(tr("What is done so far is lost when the run stops. The original stays as it is."));
  QPushButton* stop = addButton(box, tr("&Stop"), QMessageBox::DestructiveRole);
  QPushButton* goOn = addButton(box, tr("&Go On"), QMessageBox::RejectRole);
  box->setDefaultButton(goOn);
  box->setEscapeButton(goOn);
  // After the box is gone: the next question may be another one.
  const auto next = [this, then = std::move(then)] { QMetaObject::invokeMethod(this, then, Qt::QueuedConnection); };
  connect(box, &QMessageBox::buttonClicked, this, [box, stop, running, next](QAbstractButton* button) {
    for (Document* document : running) disconnect(document, nullptr, box, nullptr);
    if (button != stop) return;
    for (Document* document : running) {
      if (document->run()) document->run()->cancel();
    }
    next();
  });
  // A run that ends by itself answers the question: now there may be a result to save.
  for (Document* document : running) {
    connect(document, &Document::runEnded, box, [box, running, next] {
      if (std::ranges::any_of(running, [](const Document* other) { return other->run() != nullptr; })) return;
      box->disconnect();
      box->close();
      next();
    });
  }
  box->open();
}

void SaveFlow::giveUpResults(std::vector<Document*> documents, std::function<void()> then) {
  std::erase_if(documents, [](const Document* document) { return !document->hasUnsavedResult(); });
  if (documents.empty()) return then();
  Document* document = documents.front();
  documents.erase(documents.begin());
  photos_.setCurrent(document);
  auto* box = question(QStringLiteral("unsavedQuestion"), tr("Unsaved Result"));
  box->setText(tr("The restored %1 is not saved.").arg(shortName(document->name(), kNameLength)));
  box->setInformativeText(tr("Without saving, the result is lost. The original stays as it is."));
  QPushButton* save = addButton(box, tr("&Save..."), QMessageBox::AcceptRole);
  QPushButton* discard = addButton(box, tr("&Discard"), QMessageBox::DestructiveRole);
  QPushButton* cancel = addButton(box, tr("Cancel"), QMessageBox::RejectRole);
  box->setDefaultButton(save);
  box->setEscapeButton(cancel);
  auto next = [this, documents = std::move(documents), then = std::move(then)] { giveUpResults(documents, then); };
  connect(box, &QMessageBox::buttonClicked, document, [this, save, discard, document, next](QAbstractButton* button) {
    if (button == save) this->save(document, next);
    if (button == discard) QMetaObject::invokeMethod(this, next, Qt::QueuedConnection);
  });
  box->open();
}

QMessageBox* SaveFlow::question(const QString& name, const QString& title) {
  auto* box = new QMessageBox(window_);
  box->setObjectName(name);
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->setIconPixmap(themedIcon(QStringLiteral("warning")).pixmap(QSize(36, 36), window_->devicePixelRatioF()));
  box->setWindowTitle(title);
  return box;
}

}  // namespace heirloom::ui
