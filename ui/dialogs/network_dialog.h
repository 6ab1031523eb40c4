#pragma once

#include <QDialog>
#include <filesystem>
#include <vector>

#include "ui/model_catalogue.h"

class QListWidget;

namespace heirloom::ui {

/// Asks which network of a checkpoint that holds several is meant.
class NetworkDialog : public QDialog {
  Q_OBJECT
 public:
  NetworkDialog(const std::filesystem::path& file, std::vector<NetworkChoice> choices, QWidget* parent);

 Q_SIGNALS:
  void chosen(const std::filesystem::path& checkpoint);

 private:
  void choose();

  std::vector<NetworkChoice> choices_;
  QListWidget* list_ = nullptr;
};

}  // namespace heirloom::ui
