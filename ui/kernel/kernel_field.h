#pragma once

#include <QWidget>
#include <string>

#include "models/common/grid.h"
#include "ui/background.h"

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QSpinBox;
class QStackedWidget;

namespace heirloom::ui {

class KernelCanvas;

/// Chooses a blur kernel: a Gaussian, a motion, one drawn by hand or one from a file, shown as a small picture. Its
/// value is the text of a recipe.
class KernelField : public QWidget {
  Q_OBJECT
 public:
  /// `files`: reads kernel files; must outlive the field.
  explicit KernelField(core::JobQueue& files, QWidget* parent = nullptr);

  /// What was given, letter by letter, until somebody changes something here.
  std::string text() const;
  /// Texts of no form that is known are taken for a file's name.
  void setText(const std::string& text);

 Q_SIGNALS:
  void changed();

 private:
  enum Form { kGaussian, kMotion, kDrawn, kFile };

  // kernel_pages.cpp
  QWidget* gaussianPage();
  QWidget* motionPage();
  QWidget* drawnPage();
  QWidget* filePage();
  QDoubleSpinBox* addNumber(QWidget* page, const QString& label, const QString& help, double minimum, double maximum,
                            double step, const char* name);
  void chooseFile();
  void takeFile(const std::string& text);

  std::string shownText() const;
  void edited();
  void refresh();
  void readFile();
  void showKernel(const models::Grid& kernel, const QString& note);

  core::JobQueue& files_;
  QComboBox* form_ = nullptr;
  QStackedWidget* pages_ = nullptr;
  QLabel* picture_ = nullptr;
  QLabel* note_ = nullptr;
  QDoubleSpinBox* width_ = nullptr;
  QDoubleSpinBox* across_ = nullptr;
  QDoubleSpinBox* gaussianAngle_ = nullptr;
  QDoubleSpinBox* length_ = nullptr;
  QDoubleSpinBox* motionAngle_ = nullptr;
  KernelCanvas* canvas_ = nullptr;
  QPushButton* choose_ = nullptr;
  QLabel* numberLabel_ = nullptr;
  QSpinBox* number_ = nullptr;  // of a file that holds several
  std::string file_;
  std::string given_;  // empty once somebody has changed something
  core::JobQueue::Handle reading_;
};

}  // namespace heirloom::ui
