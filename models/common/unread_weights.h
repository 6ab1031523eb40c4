#pragma once

#include <cstdint>

#include "models/common/decorated_restorer.h"

namespace heirloom::models {

/// What a restorer is as well when its weights stay in their files until a run needs them.
class ReadsWhenRun {
 public:
  virtual ~ReadsWhenRun() = default;
  /// Bytes that a run with `settings` on `placement` has to read from its files, each once, though networks that come
  /// and go read some of them again; 0 where an earlier session left everything in its place.
  virtual std::uint64_t bytesToRead(const Settings& settings, const Placement& placement) const = 0;
};

/// The same of `restorer`, or of the one that it decorates; 0 where the weights were read when it was opened.
inline std::uint64_t bytesToRead(const Restorer& restorer, const Settings& settings, const Placement& placement) {
  const Restorer& bare = bareOf(restorer);
  const auto* reading = dynamic_cast<const ReadsWhenRun*>(&bare);
  return reading ? reading->bytesToRead(settings.narrowed(bare.descriptor().parameters), placement) : 0;
}

}  // namespace heirloom::models
