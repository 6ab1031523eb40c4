#include "app/cli/interrupt.h"

#include <csignal>
#include <ctime>

namespace heirloom::app {
namespace {

sigset_t endings() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

Interrupt::Interrupt() {
  const sigset_t signals = endings();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // A file that may not grow further is an error of the write, which then cleans up, not the end of the program.
  std::signal(SIGXFSZ, SIG_IGN);
  listener_ = std::jthread([this](const std::stop_token& ended) {
    const sigset_t awaited = endings();
    const timespec interval{0, 100'000'000};
    while (!ended.stop_requested()) {
      if (sigtimedwait(&awaited, nullptr, &interval) > 0) stop_.request_stop();
    }
  });
}

Interrupt::~Interrupt() {
  listener_.request_stop();
}

}  // namespace heirloom::app
