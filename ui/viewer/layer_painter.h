#pragma once

#include <QPainter>

#include "ui/viewer/tile_pyramid.h"
#include "ui/viewer/view_transform.h"

namespace heirloom::ui {

/// Draws the part of `layer` that lies in `clip`, stretched over the whole picture of `view`, and tells the layer which
/// tiles it wants. The painter and all coordinates are in device pixels.
void paintLayer(QPainter& painter, TilePyramid& layer, const ViewTransform& view, const QRect& clip,
                double opacity = 1);

/// The squares that stand for transparency.
void paintChecker(QPainter& painter, const QRect& area, double pixelRatio);

}  // namespace heirloom::ui
