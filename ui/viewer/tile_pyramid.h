#pragma once

#include <QImage>
#include <QObject>
#include <compare>
#include <list>
#include <map>
#include <memory>
#include <vector>

#include "ui/background.h"
#include "ui/viewer/display_picture.h"

namespace heirloom::ui {

/// The picture of one layer in tiles of the screen's colours, at every power-of-two size. Tiles are made by a worker
/// when the viewer wants them and forgotten oldest first. Lives on the GUI thread, never blocks it.
class TilePyramid : public QObject {
  Q_OBJECT
 public:
  static constexpr int kTileSide = 256;
  static constexpr qsizetype kCacheBytes = 192 << 20;

  struct Key {
    int level = 0;  // 0 is the picture itself
    int x = 0;      // in tiles
    int y = 0;
    auto operator<=>(const Key&) const = default;
  };

  TilePyramid(core::JobQueue& queue, std::shared_ptr<const DisplayPicture> picture, QObject* parent = nullptr);
  ~TilePyramid() override;

  QSize size() const { return picture_->size(); }
  bool hasAlpha() const { return picture_->hasAlpha(); }
  int coarsestLevel() const;  // one tile holds all of it

  /// In the pixels of its level, the last column and row smaller than kTileSide.
  QRect tileRect(Key key) const;

  /// Null while there is none. An outdated tile is given until its successor is ready.
  QImage tile(Key key);

  /// What the viewer needs now, most urgent first; replaces what it wanted before. Tiles that are there are skipped.
  void want(const std::vector<Key>& keys);

  /// The raster changed in `box`: its tiles are made again when they are wanted.
  void invalidate(const core::Box& box);

  bool isIdle() const;  // nothing wanted is missing

 Q_SIGNALS:
  void tileReady();

 private:
  struct Requests;
  struct Cached {
    QImage image;
    bool outdated = false;
    std::list<Key>::iterator use;
  };

  void arrived(Key key, const QImage& image, quint64 version);
  void forgetOldest();

  core::JobQueue& queue_;
  std::shared_ptr<const DisplayPicture> picture_;
  std::shared_ptr<Requests> requests_;  // shared with the worker
  std::map<Key, Cached> cache_;
  std::list<Key> uses_;  // latest first
  qsizetype cachedBytes_ = 0;
  quint64 version_ = 0;                   // counts invalidations
  std::map<Key, quint64> invalidatedAt_;  // a tile that was begun before is outdated when it arrives
};

}  // namespace heirloom::ui
