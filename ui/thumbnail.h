#pragma once

#include <QIcon>
#include <QImage>

namespace heirloom::ui {

class DisplayPicture;

/// Of thumbnails in strips, in device-independent pixels.
inline constexpr QSize kThumbnail(112, 76);

/// The whole picture, small but enough for a thumbnail at twice the pixel density. Blocking.
QImage thumbnailOf(const DisplayPicture& picture);

/// Centred on a card of the thumbnails' size, so that all items of a strip are of one size. A null image gives an empty
/// one.
QIcon thumbnailCard(const QImage& image, double pixelRatio);

/// Stands where there is no picture because something is wrong.
QIcon warningCard(double pixelRatio);

}  // namespace heirloom::ui
