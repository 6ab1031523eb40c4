#include "ui/panels/filmstrip.h"

#include <QPainter>
#include <algorithm>

#include "ui/document.h"
#include "ui/text.h"
#include "ui/viewer/display_picture.h"

namespace heirloom::ui {
namespace {

constexpr QSize kThumbnail(112, 76);
constexpr int kHeight = 128;

QImage thumbnailOf(const core::Photo& photo) {
  const DisplayPicture picture(photo.raster, photo.iccProfile, {});
  int level = 0;
  while (std::max(picture.size().width(), picture.size().height()) >> (level + 1) >= 2 * kThumbnail.width()) ++level;
  return picture.render({0, 0, photo.raster->width(), photo.raster->height()}, level);
}

/// Centred on a card of its own, so that all items are of one size.
QPixmap card(const QImage& image, double ratio) {
  QPixmap pixmap(kThumbnail * ratio);
  pixmap.setDevicePixelRatio(ratio);
  pixmap.fill(Qt::transparent);
  QPainter painter(&pixmap);
  const QImage scaled = image.scaled(kThumbnail * ratio, Qt::KeepAspectRatio, Qt::SmoothTransformation);
  const QSizeF size = QSizeF(scaled.size()) / ratio;
  const QPointF corner((kThumbnail.width() - size.width()) / 2, (kThumbnail.height() - size.height()) / 2);
  painter.drawImage(QRectF(corner, size), scaled);
  return pixmap;
}

}  // namespace

Filmstrip::Filmstrip(Workers& workers, QWidget* parent) : QListWidget(parent), workers_(workers) {
  setObjectName(QStringLiteral("filmstrip"));
  setAccessibleName(tr("Open photos"));
  setViewMode(QListView::IconMode);
  setFlow(QListView::LeftToRight);
  setWrapping(false);
  setMovement(QListView::Static);
  setIconSize(kThumbnail);
  setUniformItemSizes(true);
  setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setTextElideMode(Qt::ElideMiddle);
  setFixedHeight(kHeight);
  setSpacing(3);
  connect(this, &QListWidget::currentItemChanged, this, [this](QListWidgetItem* item) {
    const auto found = std::ranges::find(items_, item, [](const auto& entry) { return entry.second; });
    if (found != items_.end()) Q_EMIT chosen(found->first);
  });
}

void Filmstrip::add(Document* document) {
  auto* item = new QListWidgetItem;
  item->setSizeHint(QSize(kThumbnail.width() + 14, kHeight - 22));
  item->setTextAlignment(Qt::AlignHCenter);
  items_[document] = item;
  {
    const QSignalBlocker quiet(this);
    addItem(item);
  }
  updateLabel(document);
  connect(document, &Document::unsavedChanged, this, [this, document] { updateLabel(document); });
  connect(document, &Document::stateChanged, this, [this, document] {
    if (document->state() == Document::State::Ready && items_.contains(document) && items_[document]->icon().isNull()) {
      makeThumbnail(document);
    }
    updateLabel(document);
  });
  // What is being read anyway is not read twice.
  if (document->state() != Document::State::Loading) makeThumbnail(document);
}

void Filmstrip::remove(Document* document) {
  const auto found = items_.find(document);
  if (found == items_.end()) return;
  const QSignalBlocker quiet(this);
  delete found->second;
  items_.erase(found);
  disconnect(document, nullptr, this, nullptr);
}

void Filmstrip::setCurrent(Document* document) {
  const QSignalBlocker quiet(this);
  if (const auto found = items_.find(document); found != items_.end()) {
    setCurrentItem(found->second);
    scrollToItem(found->second);
  }
}

void Filmstrip::makeThumbnail(Document* document) {
  inBackground(
      workers_.files, document,
      [photo = document->photo(), file = document->file()](std::stop_token) {
        return thumbnailOf(photo ? *photo : core::readPhoto(file));
      },
      [this, document](Result<QImage> image) {
        // A photo that cannot be read says so when it is looked at.
        if (std::holds_alternative<QImage>(image) && items_.contains(document)) {
          const QPixmap thumbnail = card(std::get<QImage>(image), devicePixelRatioF());
          QIcon icon(thumbnail);
          icon.addPixmap(thumbnail, QIcon::Selected);  // or the style would tint the photo
          items_[document]->setIcon(icon);
        }
      });
}

void Filmstrip::updateLabel(Document* document) {
  const auto found = items_.find(document);
  if (found == items_.end()) return;
  const bool unsaved = document->hasUnsavedResult();
  const QString mark = unsaved ? QStringLiteral("\u25cf ") : QString();
  found->second->setText(mark + shortName(document->name(), 18));
  found->second->setToolTip(document->name());
  QString spokenName = document->name();
  if (unsaved) spokenName = tr("%1, not saved").arg(spokenName);
  if (document->state() == Document::State::Failed) spokenName = tr("%1, cannot be opened").arg(spokenName);
  found->second->setData(Qt::AccessibleTextRole, spokenName);
}

}  // namespace heirloom::ui
