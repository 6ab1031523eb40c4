#pragma once

#include <QFileDialog>

namespace heirloom::ui {

/// The dialog for files and folders, the same everywhere. Gone when it is closed; connect and `open` it.
QFileDialog* fileDialog(QWidget* parent, const QString& title, QFileDialog::FileMode mode, const QString& folder = {},
                        const QString& filter = {});

}  // namespace heirloom::ui
