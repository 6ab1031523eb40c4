#include "ui/viewer/layer_painter.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace heirloom::ui {
namespace {

using Key = TilePyramid::Key;

/// Where the pixels of a level lie on the screen.
struct Placed {
  QPointF origin;
  double scale = 1;  // device pixels per pixel of the level

  // Neighbours share their rounded edge, so that no seam shows between them.
  QRect target(const QRect& tile) const {
    const auto edge = [&](double offset, int at) { return static_cast<int>(std::lround(offset + at * scale)); };
    const QPoint topLeft(edge(origin.x(), tile.x()), edge(origin.y(), tile.y()));
    const QPoint end(edge(origin.x(), tile.x() + tile.width()), edge(origin.y(), tile.y() + tile.height()));
    return {topLeft, QSize(end.x() - topLeft.x(), end.y() - topLeft.y())};
  }
};

/// The part of the nearest coarser tile that covers `key`, while it is not ready.
void paintSubstitute(QPainter& painter, TilePyramid& layer, Key key, const QRect& target) {
  const QRect tile = layer.tileRect(key);
  for (int level = key.level + 1; level <= layer.coarsestLevel(); ++level) {
    const int shift = level - key.level;
    const Key coarse{level, key.x >> shift, key.y >> shift};
    const QImage image = layer.tile(coarse);
    if (image.isNull()) continue;
    const double factor = 1.0 / (1 << shift);
    const QPointF corner = QPointF(tile.topLeft()) * factor - QPointF(layer.tileRect(coarse).topLeft());
    painter.drawImage(QRectF(target), image, QRectF(corner, QSizeF(tile.size()) * factor));
    return;
  }
}

}  // namespace

void paintLayer(QPainter& painter, TilePyramid& layer, const ViewTransform& view, const QRect& clip, double opacity) {
  const QRectF picture = view.pictureRect();
  if (clip.isEmpty() || picture.isEmpty()) return;
  const double scale = picture.width() / layer.size().width();
  const int level = std::clamp(static_cast<int>(std::floor(std::log2(1 / scale) + 1e-6)), 0, layer.coarsestLevel());
  const Placed placed{picture.topLeft(), scale * (1 << level)};

  painter.save();
  painter.setClipRect(clip, Qt::IntersectClip);
  painter.setOpacity(opacity);
  // Enlarged pixels are shown as what they are; everything else is interpolated.
  const bool exact = std::abs(placed.scale - 1) < 1e-9;
  painter.setRenderHint(QPainter::SmoothPixmapTransform, !exact && placed.scale < 2);

  const double side = TilePyramid::kTileSide * placed.scale;
  const auto first = [&](double edge, double origin) { return std::max(0, static_cast<int>((edge - origin) / side)); };
  const int firstX = first(clip.left(), placed.origin.x());
  const int firstY = first(clip.top(), placed.origin.y());
  std::vector<Key> visible;
  for (int y = firstY; placed.origin.y() + y * side <= clip.bottom(); ++y) {
    for (int x = firstX; placed.origin.x() + x * side <= clip.right(); ++x) {
      const Key key{level, x, y};
      const QRect tile = layer.tileRect(key);
      if (tile.isEmpty()) break;
      visible.push_back(key);
      const QRect target = placed.target(tile);
      const QImage image = layer.tile(key);
      if (image.isNull())
        paintSubstitute(painter, layer, key, target);
      else
        painter.drawImage(target, image);
    }
  }
  painter.restore();

  const QPointF centre = QRectF(clip).center();
  const auto distance = [&](const Key& key) {
    const QPointF offset = QRectF(placed.target(layer.tileRect(key))).center() - centre;
    return QPointF::dotProduct(offset, offset);
  };
  std::ranges::sort(visible, {}, distance);
  // The coarsest tile first: something of the whole picture is there at once, and for whoever zooms out.
  visible.insert(visible.begin(), Key{layer.coarsestLevel(), 0, 0});
  layer.want(visible);
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
