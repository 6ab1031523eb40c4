#pragma once

#include <QDialog>
#include <QKeySequence>
#include <map>
#include <string_view>

#include "ui/background.h"

class QTreeWidget;
class QTreeWidgetItem;
class QKeySequenceEdit;
class QLabel;

namespace heirloom::ui {

class AppSettings;
struct Command;

/// Appearance, the screen's colours, the device, the shortcuts. Everything takes effect at once.
class PreferencesDialog : public QDialog {
  Q_OBJECT
 public:
  PreferencesDialog(AppSettings& settings, Workers& workers, QWidget* parent = nullptr);

 private:
  QWidget* makeGeneralPage();
  QWidget* makeShortcutsPage();
  void showShortcuts();
  void selectCommand(QTreeWidgetItem* item);
  void assign(const QKeySequence& sequence);

  AppSettings& settings_;
  Workers& workers_;
  QTreeWidget* list_ = nullptr;
  QKeySequenceEdit* editor_ = nullptr;
  QLabel* conflict_ = nullptr;
};

}  // namespace heirloom::ui
