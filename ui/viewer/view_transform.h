#pragma once

#include <QPointF>
#include <QRectF>
#include <QSizeF>

namespace heirloom::ui {

/// Where a picture lies in a viewport. Positions and sizes of the viewport are device pixels, so that 100 % is one
/// picture pixel on one pixel of the screen whatever its density. A value type: zooming and panning give a new one.
class ViewTransform {
 public:
  static constexpr double kMaximumZoom = 32;

  ViewTransform() = default;
  /// The whole picture, centred, never enlarged beyond 100 %.
  static ViewTransform fitted(QSizeF picture, QSizeF viewport);

  /// Device pixels per picture pixel.
  double zoom() const { return zoom_; }
  bool isFitted() const { return fitted_; }

  QPointF toViewport(QPointF picture) const { return picture * zoom_ + origin_; }
  QPointF toPicture(QPointF viewport) const { return (viewport - origin_) / zoom_; }
  QRectF pictureRect() const { return {origin_, picture_ * zoom_}; }

  /// The picture point under `anchor` stays there, unless the picture would leave the viewport.
  ViewTransform zoomedTo(double zoom, QPointF anchor) const;
  ViewTransform zoomedBy(double factor, QPointF anchor) const { return zoomedTo(zoom_ * factor, anchor); }
  ViewTransform panned(QPointF offset) const;

  /// The same view after the viewport changed its size: fitted stays fitted, otherwise the centre stays.
  ViewTransform resized(QSizeF viewport) const;
  /// The same region of another picture: an enlarged result of the same photo, for instance.
  ViewTransform ofPicture(QSizeF picture) const;

  /// The same view of a part of this picture, as a picture of its own.
  ViewTransform ofPart(QRectF part) const;

  /// The smallest zoom: half of what fits, so that nobody loses the picture.
  double minimumZoom() const;

 private:
  ViewTransform kept() const;  // inside the viewport

  QSizeF picture_;
  QSizeF viewport_;
  QPointF origin_;  // of the picture, in the viewport
  double zoom_ = 1;
  bool fitted_ = true;
};

}  // namespace heirloom::ui
