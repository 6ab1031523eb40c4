#include "ui/dialogs/file_dialog.h"

namespace heirloom::ui {

QFileDialog* fileDialog(QWidget* parent, const QString& title, QFileDialog::FileMode mode, const QString& folder,
                        const QString& filter) {
  auto* dialog = new QFileDialog(parent, title, folder, filter);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(mode);
  if (mode == QFileDialog::Directory) dialog->setOption(QFileDialog::ShowDirsOnly);
  // Two dozen endings of photos tell nobody anything.
  dialog->setOption(QFileDialog::HideNameFilterDetails);
  // Where the desktop has none of its own: wide enough for its columns.
  dialog->resize(860, 560);
  return dialog;
}

}  // namespace heirloom::ui
