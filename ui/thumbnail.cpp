#include "ui/thumbnail.h"

#include <QPainter>
#include <algorithm>

#include "ui/theme/icons.h"
#include "ui/viewer/display_picture.h"

namespace heirloom::ui {
namespace {

QPixmap emptyCard(double ratio) {
  QPixmap pixmap(kThumbnail * ratio);
  pixmap.setDevicePixelRatio(ratio);
  pixmap.fill(Qt::transparent);
  return pixmap;
}

}  // namespace

QImage thumbnailOf(const DisplayPicture& picture) {
  int level = 0;
  while (std::max(picture.size().width(), picture.size().height()) >> (level + 1) >= 2 * kThumbnail.width()) ++level;
  return picture.render({0, 0, picture.size().width(), picture.size().height()}, level);
}

QIcon thumbnailCard(const QImage& image, double ratio) {
  QPixmap pixmap = emptyCard(ratio);
  if (!image.isNull()) {
    QPainter painter(&pixmap);
    const QImage scaled = image.scaled(kThumbnail * ratio, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    const QSizeF size = QSizeF(scaled.size()) / ratio;
    const QPointF corner((kThumbnail.width() - size.width()) / 2, (kThumbnail.height() - size.height()) / 2);
    painter.drawImage(QRectF(corner, size), scaled);
  }
  QIcon icon(pixmap);
  icon.addPixmap(pixmap, QIcon::Selected);  // or the style would tint the photo
  return icon;
}

QIcon warningCard(double ratio) {
  constexpr int kSide = 28;
  QPixmap pixmap = emptyCard(ratio);
  QPainter painter(&pixmap);
  themedIcon(QStringLiteral("warning"))
      .paint(&painter, QRect((kThumbnail.width() - kSide) / 2, (kThumbnail.height() - kSide) / 2, kSide, kSide));
  painter.end();
  return QIcon(pixmap);
}

}  // namespace heirloom::ui
