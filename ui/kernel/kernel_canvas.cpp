#include "ui/kernel/kernel_canvas.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/common/blur_kernel.h"
#include "models/common/error.h"
#include "ui/kernel/kernel_picture.h"

namespace heirloom::ui {
namespace {

constexpr float kFull = 1;
constexpr int kCell = 8;  // pixels at the size that the canvas asks for

}  // namespace

KernelCanvas::KernelCanvas(QWidget* parent) : QWidget(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
  setCursor(Qt::CrossCursor);
  setAccessibleName(tr("Drawing of the blur kernel"));
  setToolTip(tr("Draw what one sharp point became. Shift or the right button rubs out."));
  setAccessibleDescription(tr("The arrow keys move, Space paints, Delete rubs out"));
}

QSize KernelCanvas::sizeHint() const {
  return {kSide * kCell, kSide * kCell};
}

std::string KernelCanvas::text() const {
  const double sum = std::accumulate(values_.begin(), values_.end(), 0.0);
  if (!(sum > 0)) return {};
  std::string text = "grid:" + std::to_string(side_) + "x" + std::to_string(side_) + ":";
  for (std::size_t i = 0; i < values_.size(); ++i) {
    text += (i ? "," : "") + QString::number(static_cast<double>(values_[i]) / sum, 'g', 6).toStdString();
  }
  return text;
}

void KernelCanvas::setText(const std::string& text) {
  startAnew();
  try {
    if (const auto kernel = models::parseKernel(text)) {
      // Odd, so that an even kernel keeps its middle; 255, the largest, is odd.
      side_ = std::max(kSide, std::max(kernel->rows, kernel->columns) / 2 * 2 + 1);
      values_ = models::onSquare(*kernel, side_).values;
      const float highest = *std::ranges::max_element(values_);
      for (float& value : values_) value *= kFull / highest;
      cursor_ = {side_ / 2, side_ / 2};
    }
  } catch (const Error&) {
    // Its values sum to nothing: the canvas stays empty, and the field says why.
  }
  update();
}

void KernelCanvas::clear() {
  startAnew();
  update();
  Q_EMIT changed();
}

void KernelCanvas::startAnew() {
  side_ = kSide;
  values_.assign(kSide * kSide, 0);
  cursor_ = {kSide / 2, kSide / 2};
}

void KernelCanvas::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.drawImage(rect(), kernelPicture({{}, side_, side_, values_}));
  const double cell = static_cast<double>(width()) / side_;
  painter.setPen(QPen(palette().mid().color(), 1, Qt::DotLine));
  const int middle = qRound((side_ / 2.0) * cell);
  painter.drawLine(middle, 0, middle, height());
  painter.drawLine(0, middle, width(), middle);
  if (!hasFocus()) return;
  painter.setPen(QPen(palette().highlight().color(), 2));
  painter.drawRect(QRectF(cursor_.x() * cell, cursor_.y() * cell, cell, cell));
}

QPointF KernelCanvas::cellAt(const QPointF& position) const {
  return {position.x() * side_ / width(), position.y() * side_ / height()};
}

void KernelCanvas::touch(int column, int row, bool erases) {
  if (column < 0 || row < 0 || column >= side_ || row >= side_) return;
  values_[static_cast<std::size_t>(row * side_ + column)] = erases ? 0 : kFull;
}

void KernelCanvas::stroke(const QPointF& from, const QPointF& to, bool erases) {
  const QPointF way = to - from;
  const int steps = std::max(1, static_cast<int>(std::ceil(2 * std::max(std::abs(way.x()), std::abs(way.y())))));
  for (int i = 0; i <= steps; ++i) {
    const QPointF at = from + way * (static_cast<double>(i) / steps);
    touch(static_cast<int>(std::floor(at.x())), static_cast<int>(std::floor(at.y())), erases);
  }
  update();
}

void KernelCanvas::mousePressEvent(QMouseEvent* event) {
  last_ = cellAt(event->position());
  mouseMoveEvent(event);
}

void KernelCanvas::mouseMoveEvent(QMouseEvent* event) {
  if (event->buttons() == Qt::NoButton) return;
  const bool erases = event->buttons().testFlag(Qt::RightButton) || event->modifiers().testFlag(Qt::ShiftModifier);
  const QPointF here = cellAt(event->position());
  stroke(last_, here, erases);
  last_ = here;
}

void KernelCanvas::mouseReleaseEvent(QMouseEvent*) {
  Q_EMIT changed();
}

void KernelCanvas::keyPressEvent(QKeyEvent* event) {
  const auto move = [&](int right, int down) {
    cursor_.setX(std::clamp(cursor_.x() + right, 0, side_ - 1));
    cursor_.setY(std::clamp(cursor_.y() + down, 0, side_ - 1));
  };
  switch (event->key()) {
    case Qt::Key_Left:
      move(-1, 0);
      break;
    case Qt::Key_Right:
      move(1, 0);
      break;
    case Qt::Key_Up:
      move(0, -1);
      break;
    case Qt::Key_Down:
      move(0, 1);
      break;
    case Qt::Key_Space:
    case Qt::Key_Delete:
      touch(cursor_.x(), cursor_.y(), event->key() == Qt::Key_Delete);
      Q_EMIT changed();
      break;
    default:
      return QWidget::keyPressEvent(event);
  }
  update();
}

}  // namespace heirloom::ui
