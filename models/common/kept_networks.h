#pragma once

#include "models/common/decorated_restorer.h"

namespace heirloom::models {

/// What a restorer is as well when it keeps the networks of a session that is over for the next one. They go with the
/// restorer.
class KeepsNetworks {
 public:
  virtual ~KeepsNetworks() = default;
  /// Frees them where memory is wanted for something else; false: none were kept. Sessions that are open keep theirs.
  virtual bool release() const = 0;
};

/// `restorer`, or the one that it decorates, if it is such a one; otherwise null.
inline const KeepsNetworks* keepsNetworks(const Restorer& restorer) {
  return dynamic_cast<const KeepsNetworks*>(&bareOf(restorer));
}

/// Frees what a restorer keeps; false: nothing.
inline bool releaseNetworks(const Restorer& restorer) {
  const KeepsNetworks* keeping = keepsNetworks(restorer);
  return keeping && keeping->release();
}

}  // namespace heirloom::models
