#include "ui/save_flow.h"

#include <QMessageBox>
#include <QPushButton>

#include "ui/dialogs/save_dialog.h"
#include "ui/panels/message_area.h"
#include "ui/photo_set.h"
#include "ui/text.h"

namespace heirloom::ui {

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

void SaveFlow::giveUp(std::vector<Document*> unsaved, std::function<void()> then) {
  if (unsaved.empty()) return then();
  Document* document = unsaved.front();
  unsaved.erase(unsaved.begin());
  photos_.setCurrent(document);
  auto* box = new QMessageBox(window_);
  box->setObjectName(QStringLiteral("unsavedQuestion"));
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->setIcon(QMessageBox::Question);
  box->setWindowTitle(tr("Unsaved Result"));
  box->setText(tr("The restored %1 is not saved.").arg(document->name()));
  box->setInformativeText(tr("Without saving, the result is lost. The original stays as it is."));
  QPushButton* save = box->addButton(tr("&Save..."), QMessageBox::AcceptRole);
  QPushButton* discard = box->addButton(tr("&Discard"), QMessageBox::DestructiveRole);
  QPushButton* cancel = box->addButton(tr("Cancel"), QMessageBox::RejectRole);
  for (QPushButton* button : {save, discard, cancel}) button->setAccessibleName(button->text().remove(u'&'));
  box->setDefaultButton(save);
  box->setEscapeButton(cancel);
  auto next = [this, unsaved = std::move(unsaved), then = std::move(then)] { giveUp(unsaved, then); };
  connect(box, &QMessageBox::buttonClicked, document, [this, save, discard, document, next](QAbstractButton* button) {
    if (button == save) this->save(document, next);
    // After the box is gone: the next may be another one.
    if (button == discard) QMetaObject::invokeMethod(this, next, Qt::QueuedConnection);
  });
  box->open();
}

}  // namespace heirloom::ui
