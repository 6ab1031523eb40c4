#pragma once

#include <memory>
#include <mutex>
#include <tuple>
#include <utility>

#include "models/restorer.h"

namespace heirloom::models {

/// The networks of the last session that is over, for the next one on the same place. `Networks` have a `placement()`.
/// Thread-safe.
template <typename Networks>
class NetworkShelf {
 public:
  /// What is there, if it is on that place; otherwise it goes, for the sake of what will be placed there.
  std::unique_ptr<Networks> take(const Placement& placement) {
    std::unique_ptr<Networks> kept = clear();
    return kept && samePlace(kept->placement(), placement) ? std::move(kept) : nullptr;
  }
  /// Whether something is there that is on that place and of which `holds(networks)` is true. It stays.
  template <typename Holds>
  bool has(const Placement& placement, const Holds& holds) const {
    const std::lock_guard lock(mutex_);
    return kept_ && samePlace(kept_->placement(), placement) && holds(*kept_);
  }
  void put(std::unique_ptr<Networks> networks) {
    const std::lock_guard lock(mutex_);
    networks.swap(kept_);  // the earlier ones go behind the lock
  }
  /// What was there, so that whoever asks can look at it before it goes.
  std::unique_ptr<Networks> clear() {
    const std::lock_guard lock(mutex_);
    return std::move(kept_);
  }

 private:
  static bool samePlace(const Placement& a, const Placement& b) {
    const auto place = [](const Placement& of) { return std::tuple(of.device, of.precision, of.plain); };
    return place(a) == place(b);
  }

  mutable std::mutex mutex_;
  std::unique_ptr<Networks> kept_;
};

/// Networks of one session, which go to `shelf` when it is over, if the shelf is still there: a session may outlive the
/// restorer. `finish(networks)` is called first.
template <typename Networks, typename Finish>
std::shared_ptr<Networks> lent(std::unique_ptr<Networks> networks, const std::shared_ptr<NetworkShelf<Networks>>& shelf,
                               const Finish& finish) {
  const auto back = [shelf = std::weak_ptr(shelf), finish](Networks* used) {
    std::unique_ptr<Networks> own(used);
    if (const auto there = shelf.lock()) {
      finish(*own);
      there->put(std::move(own));
    }
  };
  return {networks.release(), back};
}

}  // namespace heirloom::models
