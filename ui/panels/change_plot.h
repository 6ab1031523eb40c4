#pragma once

#include <QWidget>
#include <vector>

namespace heirloom::ui {

/// How far a diffusion's previews moved from step to step, as a small curve: the more a photo is damaged, the longer
/// they do (Huang et al., "InstantIR", 2024).
class ChangePlot : public QWidget {
  Q_OBJECT
 public:
  explicit ChangePlot(QWidget* parent = nullptr);

  /// One value a step, 0 or more.
  void setValues(std::vector<double> values);
  const std::vector<double>& values() const { return values_; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  std::vector<double> values_;
};

}  // namespace heirloom::ui
