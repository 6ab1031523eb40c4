#pragma once

#include <QPainter>
#include <vector>

#include "ui/viewer/tile_pyramid.h"
#include "ui/viewer/view_transform.h"

namespace heirloom::ui {

/// Draws parts of one layer, stretched over the whole picture of `view`. Lives for one paint; in the end it tells the
/// layer which tiles all of them want. Painters and coordinates are in device pixels.
class LayerPainter {
 public:
  /// `interpolates`: pixels between the layer's own are smoothed, which takes several times as long.
  LayerPainter(TilePyramid& layer, const ViewTransform& view, bool interpolates = true);
  ~LayerPainter();
  LayerPainter(const LayerPainter&) = delete;
  LayerPainter& operator=(const LayerPainter&) = delete;

  /// What lies in `clip`; where a tile is missing, the nearest coarser one.
  void paint(QPainter& painter, const QRect& clip);
  /// The same mixed with what is drawn already, without interpolation: good for a moment.
  void paintMixed(QPainter& painter, const QRect& clip, double opacity);
  /// The same of the tiles that are there; elsewhere nothing is drawn.
  void paintReady(QPainter& painter, const QRect& clip);
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
  void prepare(QPainter& painter, const QRect& clip, bool interpolated) const;
  void paintAll(QPainter& painter, const QRect& clip);
  void paintSubstitute(QPainter& painter, const Placed& tile);

  struct Wanted {
    Key key;
    double distance = 0;  // from the middle of its part
  };

  TilePyramid& layer_;
  QPointF origin_;
  bool interpolates_;
  int level_ = 0;
  double scale_ = 1;  // device pixels per pixel of the level
  std::vector<Wanted> wanted_;
  bool substitutes_ = false;
  bool used_ = false;
};

/// The squares that stand for transparency.
void paintChecker(QPainter& painter, const QRect& area, double pixelRatio);

}  // namespace heirloom::ui
