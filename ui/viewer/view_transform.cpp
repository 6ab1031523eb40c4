#include "ui/viewer/view_transform.h"

#include <algorithm>
#include <cmath>

namespace heirloom::ui {
namespace {

double fitZoom(QSizeF picture, QSizeF viewport) {
  if (picture.isEmpty() || viewport.isEmpty()) return 1;
  return std::min({viewport.width() / picture.width(), viewport.height() / picture.height(), 1.0});
}

// Smaller than the viewport: centred. Larger: no empty strip beside it.
double keptAxis(double origin, double picture, double viewport) {
  if (picture <= viewport) return std::round((viewport - picture) / 2);
  return std::clamp(origin, viewport - picture, 0.0);
}

}  // namespace

ViewTransform ViewTransform::fitted(QSizeF picture, QSizeF viewport) {
  ViewTransform view;
  view.picture_ = picture;
  view.viewport_ = viewport;
  view.zoom_ = fitZoom(picture, viewport);
  return view.kept();
}

ViewTransform ViewTransform::ofPart(QRectF part) const {
  ViewTransform view = *this;
  view.picture_ = part.size();
  view.origin_ = toViewport(part.topLeft());
  return view;
}

double ViewTransform::minimumZoom() const {
  return fitZoom(picture_, viewport_) / 2;
}

ViewTransform ViewTransform::zoomedTo(double zoom, QPointF anchor) const {
  ViewTransform view = *this;
  view.zoom_ = std::clamp(zoom, std::min(minimumZoom(), 1.0), kMaximumZoom);
  view.origin_ = anchor - toPicture(anchor) * view.zoom_;
  view.fitted_ = false;
  return view.kept();
}

ViewTransform ViewTransform::panned(QPointF offset) const {
  ViewTransform view = *this;
  view.origin_ += offset;
  return view.kept();
}

ViewTransform ViewTransform::resized(QSizeF viewport) const {
  if (fitted_) return fitted(picture_, viewport);
  ViewTransform view = *this;
  const QPointF centre = toPicture({viewport_.width() / 2, viewport_.height() / 2});
  view.viewport_ = viewport;
  view.origin_ = QPointF(viewport.width() / 2, viewport.height() / 2) - centre * zoom_;
  return view.kept();
}

ViewTransform ViewTransform::ofPicture(QSizeF picture) const {
  if (fitted_ || picture_.isEmpty()) return fitted(picture, viewport_);
  ViewTransform view = *this;
  view.picture_ = picture;
  view.zoom_ = zoom_ * picture_.width() / picture.width();
  return view.kept();
}

ViewTransform ViewTransform::kept() const {
  ViewTransform view = *this;
  view.origin_.setX(keptAxis(origin_.x(), picture_.width() * zoom_, viewport_.width()));
  view.origin_.setY(keptAxis(origin_.y(), picture_.height() * zoom_, viewport_.height()));
  return view;
}

}  // namespace heirloom::ui
