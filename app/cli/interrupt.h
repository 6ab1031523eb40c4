#pragma once

#include <stop_token>
#include <thread>

namespace heirloom::app {

/// Turns SIGINT and SIGTERM into a stop request. Must be made before any other thread starts: they inherit that the
/// signals are left to this one. The platform's calls stand here alone.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  std::stop_token token() const { return stop_.get_token(); }

 private:
  std::stop_source stop_;
  std::jthread listener_;
};

}  // namespace heirloom::app
