#pragma once

#include <QPointer>
#include <QTimer>
#include <QWidget>
#include <optional>

#include "ui/viewer/tile_pyramid.h"
#include "ui/viewer/view_transform.h"

namespace heirloom::ui {

class Divider;
class LayerPainter;
class PaintPass;

/// Shows a photo and its restored result under one view. Left of the divider lies the original, right of it the result
/// at its strength. Draws from tile pyramids only; what is missing appears when a worker has made it.
class Viewer : public QWidget {
  Q_OBJECT
 public:
  enum class Comparison { Split, ResultOnly };

  explicit Viewer(QWidget* parent = nullptr);

  /// Not owned. `after` null: there is no result. Pictures of another photo start fitted; those of the same keep the
  /// view.
  void setPictures(TilePyramid* before, TilePyramid* after, bool samePhoto);
  /// 0..1. Shown at once, as a mix of what the screen has of both pictures.
  void setStrength(double strength);
  /// Both pictures blended at the present strength, sample by sample; covers the mix as its tiles come. Not owned;
  /// null: there is none.
  void setBlended(TilePyramid* blended);
  /// A step of a run, shown at its place (pixels of the result) over the result and at full strength. Not owned; null:
  /// none. `caption` says which.
  void setStep(TilePyramid* step, const core::Box& box = {}, const QString& caption = {});
  void setComparison(Comparison comparison);
  Comparison comparison() const { return comparison_; }
  void setSwapped(bool swapped);
  /// The original everywhere, for as long as a key is held.
  void showOriginal(bool original);
  bool showsOriginal() const { return original_; }

  void zoomIn();
  void zoomOut();
  void fit();
  void actualSize();
  void toggleFit(QPointF deviceAnchor);

  const ViewTransform& view() const { return view_; }
  Divider* divider() const { return divider_; }
  /// What is visible now, in pixels of the original.
  std::optional<core::Box> visibleRegion() const;
  /// A word over the picture while there is none: "Opening..."
  void setNotice(const QString& notice);

 Q_SIGNALS:
  void viewChanged();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void keyReleaseEvent(QKeyEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;
  bool event(QEvent* event) override;

 private:
  QSizeF viewport() const;  // device pixels
  QSizeF canvas() const;    // the result's size where there is one
  QPointF toDevice(QPointF widget) const { return widget * devicePixelRatioF(); }
  void setView(const ViewTransform& view);
  void updateDivider();
  void updateCursor();
  void watch(TilePyramid* layer);
  void paintStep(QPainter& painter, const QRect& part, PaintPass& pass, bool best) const;
  void paintPictures(QPainter& painter, const QRect& area, PaintPass& pass) const;
  void paintResult(QPainter& painter, const QRect& part, PaintPass& pass, LayerPainter& before,
                   LayerPainter& after) const;
  void paintMixture(QPainter& painter, const QRect& part, LayerPainter& before, LayerPainter& after) const;

  QPointer<TilePyramid> before_;
  QPointer<TilePyramid> after_;
  QPointer<TilePyramid> blended_;
  QPointer<TilePyramid> step_;
  QRectF stepBox_;
  QString stepCaption_;
  Divider* divider_;
  ViewTransform view_;
  double strength_ = 1;
  Comparison comparison_ = Comparison::Split;
  bool swapped_ = false;
  bool original_ = false;
  bool spaceHeld_ = false;
  std::optional<QPointF> grabbed_;  // where a drag is, in device pixels
  QString notice_;
  QRegion coarse_;  // of the widget: there was no time to smooth it; it is painted again when nothing moves any more
  QTimer still_;
};

}  // namespace heirloom::ui
