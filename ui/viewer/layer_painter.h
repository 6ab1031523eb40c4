#pragma once

#include <QElapsedTimer>
#include <QPainter>
#include <QRegion>
#include <utility>
#include <vector>

#include "ui/viewer/tile_pyramid.h"
#include "ui/viewer/view_transform.h"

namespace heirloom::ui {

/// One paint of a viewer: what of it the screen asks for, in device pixels, and how long pixels between a layer's own
/// may be smoothed, which takes several times as long as repeating them.
class PaintPass {
 public:
  PaintPass(QRegion dirty, int milliseconds) : dirty_(std::move(dirty)), milliseconds_(milliseconds) { taken_.start(); }

  bool shows(const QRect& part) const { return dirty_.intersects(part); }
  /// False when the time is over; then `part` is noted.
  bool smooths(const QRect& part);
  /// Where there was no time.
  const QRegion& coarse() const { return coarse_; }

 private:
  QRegion dirty_;
  int milliseconds_;
  QElapsedTimer taken_;
  QRegion coarse_;
};

/// Draws parts of one layer, stretched over the whole picture of `view`. Lives for one paint; in the end it tells the
/// layer which tiles all of them want. Painters and coordinates are in device pixels.
class LayerPainter {
 public:
  /// Pixels are smoothed as far as `pass` has the time; if `best` is false they are not, and nothing is noted.
  LayerPainter(TilePyramid& layer, const ViewTransform& view, PaintPass& pass, bool best = true);
  ~LayerPainter();
  LayerPainter(const LayerPainter&) = delete;
  LayerPainter& operator=(const LayerPainter&) = delete;

  /// What lies in `clip`; where a tile is missing, the nearest coarser one.
  void paint(QPainter& painter, const QRect& clip);
  /// The same mixed with what is drawn already, without interpolation: good for a moment.
  void paintMixed(QPainter& painter, const QRect& clip, double opacity);
  /// The same of the tiles that are there; elsewhere nothing is drawn. Gives back where they are.
  QRegion paintReady(QPainter& painter, const QRect& clip);
  /// True when every tile in `clip` is there.
  bool isReady(const QRect& clip);

 private:
  using Key = TilePyramid::Key;
  struct Placed {
    Key key;
    QRect target;
  };
  /// The tiles in `clip`, which are wanted from now on.
  std::vector<Placed> tilesIn(const QRect& clip);
  QRect targetOf(const QRect& tile) const;
  bool isExact() const;  // a pixel of the level is one of the screen
  /// Gives back where the layer's own tiles were there.
  QRegion paintTiles(QPainter& painter, const QRect& clip, bool smooth);
  void paintSubstitute(QPainter& painter, const Placed& tile);

  struct Wanted {
    Key key;
    double distance = 0;  // from the middle of its part
  };

  TilePyramid& layer_;
  PaintPass& pass_;
  QPointF origin_;
  bool best_;
  int level_ = 0;
  double scale_ = 1;  // device pixels per pixel of the level
  std::vector<Wanted> wanted_;
  bool substitutes_ = false;
  bool used_ = false;
};

/// The squares that stand for transparency.
void paintChecker(QPainter& painter, const QRect& area, double pixelRatio);

}  // namespace heirloom::ui
