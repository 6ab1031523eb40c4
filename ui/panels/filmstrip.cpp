#include "ui/panels/filmstrip.h"

#include <algorithm>

#include "ui/document.h"
#include "ui/thumbnail.h"
#include "ui/viewer/display_picture.h"

namespace heirloom::ui {
namespace {

constexpr int kHeight = 128;

QImage thumbnailOf(const core::Photo& photo) {
  const auto colours =
      std::make_shared<const DisplayColours>(photo.raster->layout().model, photo.iccProfile, std::vector<std::byte>{});
  return ui::thumbnailOf(DisplayPicture(photo.raster, colours));
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
  item->setIcon(thumbnailCard({}, devicePixelRatioF()));
  items_[document] = item;
  {
    const QSignalBlocker quiet(this);
    addItem(item);
  }
  updateLabel(document);
  connect(document, &Document::unsavedChanged, this, [this, document] { updateLabel(document); });
  connect(document, &Document::stateChanged, this, [this, document] {
    if (document->state() == Document::State::Ready && !pictured_.contains(document)) makeThumbnail(document);
    if (document->state() == Document::State::Failed) items_[document]->setIcon(warningCard(devicePixelRatioF()));
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
  pictured_.erase(document);
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
  pictured_.insert(document);
  inBackground(
      workers_.files, document,
      [photo = document->photo(), file = document->file()](std::stop_token) {
        return thumbnailOf(photo ? *photo : core::readPhoto(file));
      },
      [this, document](Result<QImage> image) {
        if (!items_.contains(document)) return;
        // Why a photo cannot be read is said when it is looked at.
        const auto* thumbnail = std::get_if<QImage>(&image);
        items_[document]->setIcon(thumbnail ? thumbnailCard(*thumbnail, devicePixelRatioF())
                                            : warningCard(devicePixelRatioF()));
      });
}

void Filmstrip::updateLabel(Document* document) {
  const auto found = items_.find(document);
  if (found == items_.end()) return;
  const bool unsaved = document->hasUnsavedResult();
  const QString mark = unsaved ? QStringLiteral("\u25cf ") : QString();
  found->second->setText(mark + document->name());
  found->second->setToolTip(document->name());
  QString spokenName = document->name();
  if (unsaved) spokenName = tr("%1, not saved").arg(spokenName);
  if (document->state() == Document::State::Failed) spokenName = tr("%1, cannot be opened").arg(spokenName);
  found->second->setData(Qt::AccessibleTextRole, spokenName);
}

}  // namespace heirloom::ui
