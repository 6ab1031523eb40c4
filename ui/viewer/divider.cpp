#include "ui/viewer/divider.h"

#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

namespace heirloom::ui {

Divider::Divider(QWidget* viewer) : QAbstractSlider(viewer) {
  setRange(0, kEnd);
  setValue(kEnd / 2);
  setSingleStep(10);
  setPageStep(100);
  setFocusPolicy(Qt::StrongFocus);
  setCursor(Qt::SplitHCursor);
  setObjectName(QStringLiteral("divider"));
  setAccessibleName(tr("Divider between before and after"));
  setAccessibleDescription(tr("The arrow keys move it"));
  connect(this, &QAbstractSlider::valueChanged, this, &Divider::place);
}

void Divider::place() {
  const int x = qRound(fraction() * parentWidget()->width());
  setGeometry(x - kWidth / 2, 0, kWidth, parentWidget()->height());
}

void Divider::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const QPointF centre(kWidth / 2.0, height() / 2.0);
  // A dark edge on either side keeps the line visible on white and on black photos.
  painter.fillRect(QRectF(centre.x() - 1.5, 0, 3, height()), QColor(0, 0, 0, 90));
  painter.fillRect(QRectF(centre.x() - 0.5, 0, 1, height()), QColor(255, 255, 255, 235));
  painter.setPen(QPen(hasFocus() ? palette().color(QPalette::Highlight) : QColor(0, 0, 0, 110), hasFocus() ? 2.5 : 1));
  painter.setBrush(QColor(255, 255, 255, 245));
  painter.drawEllipse(centre, 11, 11);
  painter.setPen(QPen(QColor(60, 62, 66), 1.6, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  painter.setBrush(Qt::NoBrush);
  for (const int side : {-1, 1}) {
    QPainterPath arrow(centre + QPointF(side * 3, -3.5));
    arrow.lineTo(centre + QPointF(side * 6.5, 0));
    arrow.lineTo(centre + QPointF(side * 3, 3.5));
    painter.drawPath(arrow);
  }
}

void Divider::mousePressEvent(QMouseEvent* event) {
  event->setAccepted(event->button() == Qt::LeftButton);
}

void Divider::mouseMoveEvent(QMouseEvent* event) {
  if (!(event->buttons() & Qt::LeftButton)) return event->ignore();
  setFraction(mapToParent(event->position()).x() / std::max(1, parentWidget()->width()));
}

// The wheel zooms wherever the mouse is over the picture, and a double click means the picture too.
void Divider::wheelEvent(QWheelEvent* event) {
  event->ignore();
}
void Divider::mouseDoubleClickEvent(QMouseEvent* event) {
  event->ignore();
}

}  // namespace heirloom::ui
