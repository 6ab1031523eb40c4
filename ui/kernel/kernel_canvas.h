#pragma once

#include <QWidget>
#include <string>
#include <vector>

namespace heirloom::ui {

/// A small grid on which a blur kernel is drawn: the left button paints, the right one or the eraser (Shift) rubs out.
/// With the keyboard the arrows move a cursor, the space bar paints, Delete rubs out. A stroke is as high as the
/// highest value there.
class KernelCanvas : public QWidget {
  Q_OBJECT
 public:
  explicit KernelCanvas(QWidget* parent = nullptr);

  /// "grid:25x25:...", with a sum of 1; of more cells where a larger kernel was given. Empty while nothing is painted.
  std::string text() const;
  /// Any kernel that parseKernel takes, centred on as many cells as it needs; everything else empties the canvas.
  void setText(const std::string& text);
  void clear();

  QSize sizeHint() const override;

 Q_SIGNALS:
  void changed();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  static constexpr int kSide = 25;  // cells on which a drawing begins
  void startAnew();
  void stroke(const QPointF& from, const QPointF& to, bool erases);
  void touch(int column, int row, bool erases);
  QPointF cellAt(const QPointF& position) const;

  int side_ = kSide;                                               // odd
  std::vector<float> values_ = std::vector<float>(kSide * kSide);  // the highest is 1
  QPointF last_;
  QPoint cursor_{kSide / 2, kSide / 2};
};

}  // namespace heirloom::ui
