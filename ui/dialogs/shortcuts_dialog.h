#pragma once

#include <QDialog>

namespace heirloom::ui {

class AppSettings;

/// All commands and their keys: the help's view of the command table.
class ShortcutsDialog : public QDialog {
  Q_OBJECT
 public:
  ShortcutsDialog(const AppSettings& settings, QWidget* parent = nullptr);
};

}  // namespace heirloom::ui
