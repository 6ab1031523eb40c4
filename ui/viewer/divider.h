#pragma once

#include <QAbstractSlider>

namespace heirloom::ui {

/// The line between before and after: dragged with the mouse, moved with the arrow keys. A slider, so that screen
/// readers know what it is; its value is the place in the viewport, in thousandths.
class Divider : public QAbstractSlider {
  Q_OBJECT
 public:
  static constexpr int kEnd = 1000;
  static constexpr int kWidth = 28;  // of the area that takes the mouse

  explicit Divider(QWidget* viewer);

  double fraction() const { return value() / static_cast<double>(kEnd); }
  void setFraction(double fraction) { setValue(qRound(fraction * kEnd)); }
  /// Puts itself where its value says, after the viewer or the value changed.
  void place();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
};

}  // namespace heirloom::ui
