#include "ui/viewer/viewer.h"

#include <QKeyEvent>
#include <QPainter>
#include <QWheelEvent>
#include <cmath>
#include <utility>

#include "ui/viewer/divider.h"
#include "ui/viewer/layer_painter.h"

namespace heirloom::ui {
namespace {

constexpr double kZoomStep = 1.25;
constexpr int kSmoothing = 15;  // ms of a paint; the rest, in haste, takes as long on a slow machine
constexpr int kStill = 250;     // ms without a paint, after which what was painted in haste is painted at its best
constexpr int kNext = 20;       // ms until the next part of it

/// Every pixel that it touches.
QRegion scaled(const QRegion& region, double factor) {
  QRegion result;
  for (const QRect& part : region)
    result += QRectF(QPointF(part.topLeft()) * factor, QSizeF(part.size()) * factor).toAlignedRect();
  return result;
}

void paintLabel(QPainter& painter, const QString& text, QPointF corner, bool right) {
  const QFontMetricsF metrics(painter.font());
  QRectF box(corner, QSizeF(metrics.horizontalAdvance(text) + 18, metrics.height() + 8));
  if (right) box.moveRight(corner.x());
  painter.setPen(Qt::NoPen);
  painter.setBrush(QColor(0, 0, 0, 130));
  painter.drawRoundedRect(box, box.height() / 2, box.height() / 2);
  painter.setPen(QColor(255, 255, 255, 235));
  painter.drawText(box, Qt::AlignCenter, text);
}

}  // namespace

Viewer::Viewer(QWidget* parent) : QWidget(parent), divider_(new Divider(this)) {
  setObjectName(QStringLiteral("viewer"));
  setFocusPolicy(Qt::StrongFocus);
  setAttribute(Qt::WA_OpaquePaintEvent);
  setMinimumSize(240, 180);
  setAccessibleName(tr("Photo"));
  setAccessibleDescription(tr("Plus and minus zoom, Shift and the arrow keys move the picture"));
  connect(divider_, &Divider::valueChanged, this, qOverload<>(&QWidget::update));
  still_.setSingleShot(true);
  connect(&still_, &QTimer::timeout, this, [this] { update(std::exchange(coarse_, {})); });
  updateDivider();
}

QSizeF Viewer::viewport() const {
  return QSizeF(size()) * devicePixelRatioF();
}

QSizeF Viewer::canvas() const {
  return after_ ? after_->size() : before_ ? before_->size() : QSize();
}

void Viewer::setPictures(TilePyramid* before, TilePyramid* after, bool samePhoto) {
  for (TilePyramid* old : {before_.data(), after_.data()}) {
    if (old) disconnect(old, nullptr, this, nullptr);
  }
  before_ = before;
  after_ = after;
  watch(before);
  watch(after);
  setView(samePhoto ? view_.ofPicture(canvas()) : ViewTransform::fitted(canvas(), viewport()));
  updateDivider();
}

void Viewer::setStrength(double strength) {
  strength_ = strength;
  update();
}

void Viewer::setBlended(TilePyramid* blended) {
  if (blended_) disconnect(blended_, nullptr, this, nullptr);
  blended_ = blended;
  watch(blended);
  update();
}

void Viewer::setStep(TilePyramid* step, const core::Box& box, const QString& caption) {
  if (step_) disconnect(step_, nullptr, this, nullptr);
  step_ = step;
  stepBox_ = QRect(static_cast<int>(box.x), static_cast<int>(box.y), static_cast<int>(box.width),
                   static_cast<int>(box.height));
  stepCaption_ = caption;
  watch(step);
  update();
}

void Viewer::watch(TilePyramid* layer) {
  if (layer) connect(layer, &TilePyramid::tileReady, this, qOverload<>(&QWidget::update), Qt::UniqueConnection);
}

void Viewer::setComparison(Comparison comparison) {
  comparison_ = comparison;
  updateDivider();
}

void Viewer::setSwapped(bool swapped) {
  swapped_ = swapped;
  update();
}

void Viewer::showOriginal(bool original) {
  if (original_ == original) return;
  original_ = original;
  updateDivider();
}

void Viewer::setNotice(const QString& notice) {
  notice_ = notice;
  update();
}

void Viewer::updateDivider() {
  divider_->setVisible(after_ && comparison_ == Comparison::Split && !original_);
  divider_->place();
  update();
}

void Viewer::setView(const ViewTransform& view) {
  view_ = view;
  update();
  Q_EMIT viewChanged();
}

void Viewer::zoomIn() {
  setView(view_.zoomedBy(kZoomStep, QPointF(viewport().width(), viewport().height()) / 2));
}
void Viewer::zoomOut() {
  setView(view_.zoomedBy(1 / kZoomStep, QPointF(viewport().width(), viewport().height()) / 2));
}
void Viewer::fit() {
  setView(ViewTransform::fitted(canvas(), viewport()));
}
void Viewer::actualSize() {
  setView(view_.zoomedTo(1, QPointF(viewport().width(), viewport().height()) / 2));
}

void Viewer::toggleFit(QPointF deviceAnchor) {
  if (view_.isFitted())
    setView(view_.zoomedTo(1, deviceAnchor));
  else
    fit();
}

std::optional<core::Box> Viewer::visibleRegion() const {
  if (!before_ || canvas().isEmpty()) return std::nullopt;
  const double factor = before_->size().width() / canvas().width();
  const QRectF corners(view_.toPicture({0, 0}) * factor,
                       view_.toPicture({viewport().width(), viewport().height()}) * factor);
  const QRect visible = corners.toAlignedRect().intersected(QRect({}, before_->size()));
  if (visible.isEmpty()) return std::nullopt;
  return core::Box{visible.x(), visible.y(), visible.width(), visible.height()};
}

void Viewer::paintEvent(QPaintEvent* event) {
  QPainter painter(this);
  const double ratio = devicePixelRatioF();
  painter.fillRect(rect(), palette().color(QPalette::Dark));
  const QRect area = view_.pictureRect().toAlignedRect() & QRect({}, viewport().toSize());
  if (before_ && !area.isEmpty()) {
    painter.save();
    painter.scale(1 / ratio, 1 / ratio);
    if (before_->hasAlpha()) paintChecker(painter, area, ratio);
    PaintPass pass(scaled(event->region(), ratio), coarse_.isEmpty() ? kSmoothing : 0);
    paintPictures(painter, area, pass);
    coarse_ += scaled(pass.coarse(), 1 / ratio);
    // Who paints a part only goes on where there was no time; all of it is painted while something moves.
    if (!coarse_.isEmpty()) still_.start(event->rect() == rect() ? kStill : kNext);
    painter.restore();
  }
  painter.setRenderHint(QPainter::Antialiasing);
  if (after_ && original_) {
    paintLabel(painter, tr("Original"), {12, 12}, false);
  } else if (after_ && comparison_ == Comparison::Split) {
    const QString after = step_ ? stepCaption_ : tr("After");
    paintLabel(painter, swapped_ ? after : tr("Before"), {12, 12}, false);
    paintLabel(painter, swapped_ ? tr("Before") : after, {width() - 12.0, 12}, true);
  } else if (after_ && step_) {
    paintLabel(painter, stepCaption_, {12, 12}, false);
  }
  if (!notice_.isEmpty()) {
    painter.setPen(palette().color(QPalette::BrightText));
    painter.drawText(rect(), Qt::AlignCenter, notice_);
  }
  if (hasFocus()) {
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(palette().color(QPalette::Highlight));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
  }
}

void Viewer::paintPictures(QPainter& painter, const QRect& area, PaintPass& pass) const {
  // Three layers at their best take longer than a handler may: until a step is there it is painted in haste, and then
  // it hides the result below it.
  const ViewTransform place = view_.ofPart(stepBox_);
  const bool ready = step_ && LayerPainter(*step_, place, pass).isReady(area);
  const bool hidden = ready && !step_->hasAlpha() && place.pictureRect().toAlignedRect().contains(area);
  const bool best = !step_ || ready;
  LayerPainter before(*before_, view_, pass, best);
  if (!after_ || original_) return before.paint(painter, area);
  LayerPainter after(*after_, view_, pass, best);
  if (comparison_ == Comparison::ResultOnly) {
    if (!hidden) paintResult(painter, area, pass, before, after);
    return paintStep(painter, area, pass, best);
  }
  const int line = qRound(divider_->fraction() * viewport().width());
  const QRect left = area & QRect(0, 0, line, area.bottom() + 1);
  const QRect right = area & QRect(QPoint(line, 0), area.bottomRight());
  before.paint(painter, swapped_ ? right : left);
  if (!hidden) paintResult(painter, swapped_ ? left : right, pass, before, after);
  paintStep(painter, swapped_ ? left : right, pass, best);
}

void Viewer::paintStep(QPainter& painter, const QRect& part, PaintPass& pass, bool best) const {
  if (!step_) return;
  LayerPainter step(*step_, view_.ofPart(stepBox_), pass, best);
  if (!step_->hasAlpha()) return step.paint(painter, part);
  // Until it is there, what lies below is better than squares.
  if (!step.isReady(part)) return;
  painter.save();
  painter.setClipRect(part, Qt::IntersectClip);
  paintChecker(painter, view_.ofPart(stepBox_).pictureRect().toAlignedRect(), devicePixelRatioF());
  painter.restore();
  step.paintReady(painter, part);
}

void Viewer::paintResult(QPainter& painter, const QRect& part, PaintPass& pass, LayerPainter& before,
                         LayerPainter& after) const {
  if (part.isEmpty()) return;
  if (strength_ >= 1) return after.paint(painter, part);
  QRegion missing = part;
  if (blended_) missing -= LayerPainter(*blended_, view_, pass).paintReady(painter, part);
  for (const QRect& rest : missing) paintMixture(painter, rest, before, after);
}

void Viewer::paintMixture(QPainter& painter, const QRect& part, LayerPainter& before, LayerPainter& after) const {
  if (!before_->hasAlpha()) {
    before.paintMixed(painter, part, 1);
    return after.paintMixed(painter, part, strength_);
  }
  // Premultiplied pictures are mixed apart from the squares behind them.
  QImage mixed(part.size(), QImage::Format_ARGB32_Premultiplied);
  mixed.fill(Qt::transparent);
  QPainter mixing(&mixed);
  mixing.translate(-part.topLeft());
  mixing.setCompositionMode(QPainter::CompositionMode_Plus);
  before.paintMixed(mixing, part, 1 - strength_);
  after.paintMixed(mixing, part, strength_);
  mixing.end();
  painter.drawImage(part, mixed);
}

void Viewer::resizeEvent(QResizeEvent*) {
  coarse_ = rect();  // in haste at first: the whole window is painted with it
  setView(view_.resized(viewport()));
  divider_->place();
}

bool Viewer::event(QEvent* event) {
  // Another screen can mean another pixel density.
  if (event->type() == QEvent::ScreenChangeInternal) setView(view_.resized(viewport()));
  return QWidget::event(event);
}

void Viewer::wheelEvent(QWheelEvent* event) {
  const QPoint angle = event->angleDelta();
  const int turn = angle.y() != 0 ? angle.y() : angle.x();
  if (turn == 0) return event->ignore();
  setView(view_.zoomedBy(std::pow(kZoomStep, turn / 120.0), toDevice(event->position())));
  event->accept();
}

void Viewer::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton && event->button() != Qt::MiddleButton) return event->ignore();
  grabbed_ = toDevice(event->position());
  updateCursor();
}

void Viewer::mouseMoveEvent(QMouseEvent* event) {
  if (!grabbed_) return;
  const QPointF here = toDevice(event->position());
  setView(view_.panned(here - *grabbed_));
  grabbed_ = here;
}

void Viewer::mouseReleaseEvent(QMouseEvent*) {
  grabbed_.reset();
  updateCursor();
}

void Viewer::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton) toggleFit(toDevice(event->position()));
}

void Viewer::keyPressEvent(QKeyEvent* event) {
  const double step = 0.1 * viewport().width();
  QPointF pan;
  if (event->key() == Qt::Key_Space) {
    spaceHeld_ = true;
    return updateCursor();
  }
  if (event->modifiers() & Qt::ShiftModifier) {
    if (event->key() == Qt::Key_Left) pan = {step, 0};
    if (event->key() == Qt::Key_Right) pan = {-step, 0};
    if (event->key() == Qt::Key_Up) pan = {0, step};
    if (event->key() == Qt::Key_Down) pan = {0, -step};
  }
  if (pan.isNull()) return QWidget::keyPressEvent(event);
  setView(view_.panned(pan));
}

void Viewer::keyReleaseEvent(QKeyEvent* event) {
  if (event->key() != Qt::Key_Space || event->isAutoRepeat()) return QWidget::keyReleaseEvent(event);
  spaceHeld_ = false;
  updateCursor();
}

void Viewer::focusOutEvent(QFocusEvent* event) {
  spaceHeld_ = false;
  updateCursor();
  QWidget::focusOutEvent(event);
}

void Viewer::updateCursor() {
  divider_->setAttribute(Qt::WA_TransparentForMouseEvents, spaceHeld_);
  if (grabbed_)
    setCursor(Qt::ClosedHandCursor);
  else if (spaceHeld_)
    setCursor(Qt::OpenHandCursor);
  else
    unsetCursor();
}

}  // namespace heirloom::ui
