#pragma once

#include <QDialog>

#include "ui/save.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSlider;
class QSpinBox;
class QWidget;

namespace heirloom::ui {

/// Name, folder and format of a result, with what the format would lose said in words before anything is written.
/// A name that is taken has to be changed or its replacement allowed; the original can never be chosen.
class SaveDialog : public QDialog {
  Q_OBJECT
 public:
  /// `photo` with the raster that will be written, or one of its layout.
  SaveDialog(std::shared_ptr<const core::Photo> photo, const SaveTarget& suggested, QWidget* parent = nullptr);

  SaveTarget target() const;

 private:
  void build();
  void fillFormats(core::FileFormat chosen);
  core::FileFormat format() const;
  void formatChosen();
  void nameEdited();
  void browse();
  void update();
  QString obstacle(const SaveTarget& target) const;  // why it cannot be saved so; empty: it can

  std::shared_ptr<const core::Photo> photo_;
  QLineEdit* name_;
  QLineEdit* folder_;
  QComboBox* format_;
  QWidget* qualityRow_;
  QSlider* quality_;
  QSpinBox* qualityField_;
  QComboBox* depth_;
  QCheckBox* lossless_;
  QComboBox* metadata_;
  QLabel* warnings_;
  QWidget* collision_;
  QCheckBox* replace_;
  QLabel* obstacle_;
  QPushButton* save_;
  bool qualityTouched_ = false;
};

}  // namespace heirloom::ui
