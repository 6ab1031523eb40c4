#pragma once

#include <QWidget>
#include <string>
#include <vector>

namespace heirloom::ui {

/// A small grid on which a blur kernel is drawn: the left button paints, the right one or the eraser (Shift) rubs out.
/// With the keyboard the arrows move a cursor, the space bar paints, Delete rubs out.
class KernelCanvas : public QWidget {
  Q_OBJECT
 public:
  explicit KernelCanvas(QWidget* parent = nullptr);

  /// "grid:25x25:..."; empty while nothing is painted.
  std::string text() const;
  /// A kernel of any odd size up to the canvas's, centred; everything else empties the canvas.
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
  static constexpr int kSide = 25;
  void stroke(const QPointF& from, const QPointF& to, bool erases);
  void touch(int column, int row, bool erases);
  QPointF cellAt(const QPointF& position) const;

  std::vector<int> values_ = std::vector<int>(kSide * kSide, 0);  // 0..255
  QPointF last_;
  QPoint cursor_{kSide / 2, kSide / 2};
};

}  // namespace heirloom::ui
