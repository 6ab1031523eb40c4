#include "ui/viewer/layer_painter.h"

#include <algorithm>
#include <cmath>

namespace heirloom::ui {
namespace {

/// Halves go the same way on both sides of zero.
int toPixel(double place) {
  return static_cast<int>(std::floor(place + 0.5));
}

}  // namespace

bool PaintPass::smooths(const QRect& part) {
  if (taken_.elapsed() < milliseconds_) return true;
  coarse_ += part;
  return false;
}

LayerPainter::LayerPainter(TilePyramid& layer, const ViewTransform& view, PaintPass& pass, bool best)
    : layer_(layer), pass_(pass), origin_(view.pictureRect().topLeft()), best_(best) {
  const double scale = view.pictureRect().width() / std::max(1, layer.size().width());
  if (scale > 0) {
    level_ = std::clamp(static_cast<int>(std::floor(std::log2(1 / scale) + 1e-6)), 0, layer.coarsestLevel());
    scale_ = scale * (1 << level_);
    // From a place between two pixels of the screen, one tile would come out a pixel wider than it is.
    if (isExact()) origin_ = QPointF(toPixel(origin_.x()), toPixel(origin_.y()));
  }
}

LayerPainter::~LayerPainter() {
  if (!used_) return;
  std::ranges::sort(wanted_, {}, &Wanted::distance);
  std::vector<Key> keys;
  // The coarsest tile first: something of the whole picture is there at once, and for whoever zooms out.
  if (substitutes_) keys.push_back({layer_.coarsestLevel(), 0, 0});
  for (const Wanted& wanted : wanted_) {
    // Two parts can share a tile.
    if (std::ranges::find(keys, wanted.key) == keys.end()) keys.push_back(wanted.key);
  }
  layer_.want(keys);
}

// Neighbours share their rounded edge, so that no seam shows between them.
QRect LayerPainter::targetOf(const QRect& tile) const {
  const auto edge = [&](double offset, int at) { return toPixel(offset + at * scale_); };
  const QPoint topLeft(edge(origin_.x(), tile.x()), edge(origin_.y(), tile.y()));
  const QPoint end(edge(origin_.x(), tile.x() + tile.width()), edge(origin_.y(), tile.y() + tile.height()));
  return {topLeft, QSize(end.x() - topLeft.x(), end.y() - topLeft.y())};
}

bool LayerPainter::isExact() const {
  return std::abs(scale_ - 1) < 1e-9;
}

std::vector<LayerPainter::Placed> LayerPainter::tilesIn(const QRect& clip) {
  used_ = true;
  std::vector<Placed> tiles;
  if (clip.isEmpty() || layer_.size().isEmpty()) return tiles;
  const double side = TilePyramid::kTileSide * scale_;
  const auto first = [&](double edge, double origin) { return std::max(0, static_cast<int>((edge - origin) / side)); };
  const int firstX = first(clip.left(), origin_.x());
  const int firstY = first(clip.top(), origin_.y());
  const QPointF centre = QRectF(clip).center();
  for (int y = firstY; origin_.y() + y * side <= clip.bottom(); ++y) {
    for (int x = firstX; origin_.x() + x * side <= clip.right(); ++x) {
      const Key key{level_, x, y};
      const QRect tile = layer_.tileRect(key);
      if (tile.isEmpty()) break;
      const QRect target = targetOf(tile);
      tiles.push_back({key, target});
      const QPointF offset = QRectF(target).center() - centre;
      wanted_.push_back({key, QPointF::dotProduct(offset, offset)});
    }
  }
  return tiles;
}

void LayerPainter::paint(QPainter& painter, const QRect& clip) {
  substitutes_ = true;
  paintTiles(painter, clip, best_);
}

void LayerPainter::paintMixed(QPainter& painter, const QRect& clip, double opacity) {
  substitutes_ = true;
  painter.save();
  painter.setOpacity(opacity);
  paintTiles(painter, clip, false);
  painter.restore();
}

QRegion LayerPainter::paintReady(QPainter& painter, const QRect& clip) {
  return paintTiles(painter, clip, best_);
}

QRegion LayerPainter::paintTiles(QPainter& painter, const QRect& clip, bool smooth) {
  QRegion ready;
  painter.save();
  painter.setClipRect(clip, Qt::IntersectClip);
  // Enlarged pixels are shown as what they are; everything else is interpolated.
  smooth = smooth && !isExact() && scale_ < 2;
  for (const Placed& tile : tilesIn(clip)) {
    const QRect part = tile.target & clip;
    const QImage image = layer_.tile(tile.key);
    if (!image.isNull()) ready += part;
    if (!pass_.shows(part) || (image.isNull() && !substitutes_)) continue;
    painter.setRenderHint(QPainter::SmoothPixmapTransform, smooth && pass_.smooths(part));
    if (image.isNull())
      paintSubstitute(painter, tile);
    else
      painter.drawImage(tile.target, image);
  }
  painter.restore();
  return ready;
}

bool LayerPainter::isReady(const QRect& clip) {
  const auto tiles = tilesIn(clip);
  return std::ranges::all_of(tiles, [this](const Placed& tile) { return !layer_.tile(tile.key).isNull(); });
}

/// The part of the nearest coarser tile that covers the place, while its own is not ready.
void LayerPainter::paintSubstitute(QPainter& painter, const Placed& place) {
  const Key key = place.key;
  const QRect tile = layer_.tileRect(key);
  for (int level = key.level + 1; level <= layer_.coarsestLevel(); ++level) {
    const int shift = level - key.level;
    const Key coarse{level, key.x >> shift, key.y >> shift};
    const QImage image = layer_.tile(coarse);
    if (image.isNull()) continue;
    const double factor = 1.0 / (1 << shift);
    const QPointF corner = QPointF(tile.topLeft()) * factor - QPointF(layer_.tileRect(coarse).topLeft());
    painter.drawImage(QRectF(place.target), image, QRectF(corner, QSizeF(tile.size()) * factor));
    return;
  }
}

void paintChecker(QPainter& painter, const QRect& area, double pixelRatio) {
  const int side = std::max(4, static_cast<int>(8 * pixelRatio));
  QImage pattern(2 * side, 2 * side, QImage::Format_RGB32);
  pattern.fill(QColor(204, 204, 204));
  QPainter squares(&pattern);
  squares.fillRect(0, 0, side, side, QColor(160, 160, 160));
  squares.fillRect(side, side, side, side, QColor(160, 160, 160));
  squares.end();
  painter.save();
  painter.setBrushOrigin(area.topLeft());
  painter.fillRect(area, QBrush(pattern));
  painter.restore();
}

}  // namespace heirloom::ui
