#include "ui/viewer/tile_pyramid.h"

#include <algorithm>
#include <deque>

namespace heirloom::ui {

// What the worker still has to make. The GUI thread holds the mutex for the time of a swap only.
struct TilePyramid::Requests {
  struct Request {
    Key key;
    quint64 version = 0;
  };
  std::mutex mutex;
  std::deque<Request> wanted;
  std::optional<Request> running;
  bool working = false;
  bool closed = false;
};

TilePyramid::TilePyramid(core::JobQueue& queue, std::shared_ptr<const DisplayPicture> picture, QObject* parent)
    : QObject(parent), queue_(queue), picture_(std::move(picture)), requests_(std::make_shared<Requests>()) {}

TilePyramid::~TilePyramid() {
  {
    const std::lock_guard lock(requests_->mutex);
    requests_->closed = true;
    requests_->wanted.clear();
  }
  // Giving back hundreds of tiles takes longer than a handler may.
  if (!cache_.empty()) {
    queue_.submit(
        [tiles = std::make_shared<std::map<Key, Cached>>(std::move(cache_))](std::stop_token) { tiles->clear(); });
  }
}

int TilePyramid::coarsestLevel() const {
  int level = 0;
  while (std::max(size().width(), size().height()) >> level > kTileSide) ++level;
  return level;
}

QRect TilePyramid::tileRect(Key key) const {
  const int round = (1 << key.level) - 1;
  const QSize level((size().width() + round) >> key.level, (size().height() + round) >> key.level);
  return QRect(key.x * kTileSide, key.y * kTileSide, kTileSide, kTileSide).intersected(QRect({}, level));
}

QImage TilePyramid::tile(Key key) {
  const auto found = cache_.find(key);
  if (found == cache_.end()) return {};
  uses_.splice(uses_.begin(), uses_, found->second.use);
  return found->second.image;
}

void TilePyramid::want(const std::vector<Key>& keys) {
  std::deque<Requests::Request> wanted;
  for (const Key& key : keys) {
    const auto found = cache_.find(key);
    if (found == cache_.end() || found->second.outdated) wanted.push_back({key, version_});
  }
  const std::lock_guard lock(requests_->mutex);
  if (const auto& running = requests_->running) {
    std::erase_if(wanted, [&](const auto& request) {
      const auto stale = invalidatedAt_.find(request.key);
      return request.key == running->key && (stale == invalidatedAt_.end() || stale->second <= running->version);
    });
  }
  requests_->wanted = std::move(wanted);
  if (requests_->wanted.empty() || requests_->working) return;
  requests_->working = true;
  queue_.submit(
      [requests = requests_, picture = picture_, guard = QPointer<QObject>(this), this](std::stop_token stop) {
        for (;;) {
          Requests::Request request;
          {
            const std::lock_guard lockWanted(requests->mutex);
            requests->running.reset();
            if (requests->wanted.empty() || requests->closed || stop.stop_requested()) {
              requests->working = false;
              return;
            }
            request = requests->wanted.front();
            requests->wanted.pop_front();
            requests->running = request;
          }
          const std::int64_t side = std::int64_t{kTileSide} << request.key.level;
          core::Box box{request.key.x * side, request.key.y * side, side, side};
          box.width = std::min(side, picture->size().width() - box.x);
          box.height = std::min(side, picture->size().height() - box.y);
          QImage image;
          try {
            image = picture->render(box, request.key.level);
          } catch (const std::exception&) {
            // Out of memory for one tile of the screen: the coarser one stays, the next paint asks again.
            continue;
          }
          // `this` is used only where the guard found it alive.
          onGuiThread(guard, [this, request, image] { arrived(request.key, image, request.version); });
        }
      });
}

void TilePyramid::arrived(Key key, const QImage& image, quint64 version) {
  const auto stale = invalidatedAt_.find(key);
  const bool outdated = stale != invalidatedAt_.end() && stale->second > version;
  if (stale != invalidatedAt_.end() && !outdated) invalidatedAt_.erase(stale);
  Cached& cached = cache_[key];
  if (cached.image.isNull()) cached.use = uses_.insert(uses_.begin(), key);
  cachedBytes_ += image.sizeInBytes() - cached.image.sizeInBytes();
  cached.image = image;
  cached.outdated = outdated;
  forgetOldest();
  Q_EMIT tileReady();
}

void TilePyramid::forgetOldest() {
  while (cachedBytes_ > kCacheBytes && uses_.size() > 1) {
    const auto oldest = cache_.find(uses_.back());
    cachedBytes_ -= oldest->second.image.sizeInBytes();
    cache_.erase(oldest);
    uses_.pop_back();
  }
}

void TilePyramid::invalidate(const core::Box& box) {
  ++version_;
  for (int level = 0; level <= coarsestLevel(); ++level) {
    const std::int64_t side = std::int64_t{kTileSide} << level;
    for (std::int64_t y = box.y / side; y * side < box.y + box.height; ++y) {
      for (std::int64_t x = box.x / side; x * side < box.x + box.width; ++x) {
        const Key key{level, static_cast<int>(x), static_cast<int>(y)};
        invalidatedAt_[key] = version_;
        if (const auto found = cache_.find(key); found != cache_.end()) found->second.outdated = true;
      }
    }
  }
}

bool TilePyramid::isIdle() const {
  const std::lock_guard lock(requests_->mutex);
  return !requests_->working;
}

}  // namespace heirloom::ui
