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
};

/// Tells `observer`, if it takes notes.
inline void tell(Observer& observer, const Message& message) {
  if (auto* taker = dynamic_cast<NoteTaker*>(&observer)) taker->note(message);
}

}  // namespace heirloom::models
