#include "ui/kernel/kernel_canvas.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/common/blur_kernel.h"
#include "ui/kernel/kernel_picture.h"

namespace heirloom::ui {
namespace {

constexpr int kFull = 255;
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
  const int sum = std::accumulate(values_.begin(), values_.end(), 0);
  if (sum == 0) return {};
  std::string text = "grid:" + std::to_string(kSide) + "x" + std::to_string(kSide) + ":";
  for (std::size_t i = 0; i < values_.size(); ++i) {
    text += (i ? "," : "") + QString::number(static_cast<double>(values_[i]) / sum, 'g', 6).toStdString();
  }
  return text;
}

void KernelCanvas::setText(const std::string& text) {
  std::ranges::fill(values_, 0);
  if (const auto kernel = models::parseKernel(text)) {
    const models::Grid square = models::fitted(*kernel, kSide);
    const float highest = *std::ranges::max_element(square.values);
    for (std::size_t i = 0; i < values_.size(); ++i) {
      values_[i] = static_cast<int>(std::lround(std::max(0.0F, square.values[i]) / highest * kFull));
    }
  }
  update();
}

void KernelCanvas::clear() {
  std::ranges::fill(values_, 0);
  update();
  Q_EMIT changed();
}

void KernelCanvas::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  std::vector<float> values;
  for (const int value : values_) values.push_back(static_cast<float>(value));
  painter.drawImage(rect(), kernelPicture({{}, kSide, kSide, std::move(values)}));
  const double cell = static_cast<double>(width()) / kSide;
  painter.setPen(QPen(palette().mid().color(), 1, Qt::DotLine));
  const int middle = qRound((kSide / 2.0) * cell);
  painter.drawLine(middle, 0, middle, height());
  painter.drawLine(0, middle, width(), middle);
  if (!hasFocus()) return;
  painter.setPen(QPen(palette().highlight().color(), 2));
  painter.drawRect(QRectF(cursor_.x() * cell, cursor_.y() * cell, cell, cell));
}

QPointF KernelCanvas::cellAt(const QPointF& position) const {
  return {position.x() * kSide / width(), position.y() * kSide / height()};
}

void KernelCanvas::touch(int column, int row, bool erases) {
  if (column < 0 || row < 0 || column >= kSide || row >= kSide) return;
  values_[static_cast<std::size_t>(row * kSide + column)] = erases ? 0 : kFull;
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
    cursor_.setX(std::clamp(cursor_.x() + right, 0, kSide - 1));
    cursor_.setY(std::clamp(cursor_.y() + down, 0, kSide - 1));
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
