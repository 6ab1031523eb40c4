#pragma once

#include "models/common/message.h"
#include "models/restorer.h"

namespace heirloom::models {

/// What an observer is as well when it wants to hear in words what a run decides by itself.
class NoteTaker {
 public:
  virtual ~NoteTaker() = default;
  /// On the thread that runs the network.
  virtual void note(const Message& message) = 0;
  /// How the networks' weights are held, where a run decides that: at its start, and where it changes. On that thread.
  virtual void held(const Message& how) { (void)how; }
};

/// Tells `observer`, if it takes notes.
inline void tell(Observer& observer, const Message& message) {
  if (auto* taker = dynamic_cast<NoteTaker*>(&observer)) taker->note(message);
}

inline void tellHeld(Observer& observer, const Message& how) {
  if (auto* taker = dynamic_cast<NoteTaker*>(&observer)) taker->held(how);
}

}  // namespace heirloom::models
