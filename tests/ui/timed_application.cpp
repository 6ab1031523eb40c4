#include "tests/ui/timed_application.h"

#include <time.h>
#include <unistd.h>

#include <QElapsedTimer>
#include <QThread>
#include <algorithm>
#include <fstream>
#include <string>

namespace heirloom::tests {
namespace {

double secondsOf(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// Time that the calling thread could have run but another one did, in ms (second figure of schedstat, see the
/// kernel's Documentation/scheduler/sched-stats). 0 where the kernel does not count it: then nothing is forgiven.
double queued() {
  std::ifstream file("/proc/thread-self/schedstat");
  double running = 0;
  double waiting = 0;
  file >> running >> waiting;
  return waiting / 1e6;
}

}  // namespace

bool SlowHandler::isOwnFault() const {
  return own > TimedApplication::kLimit;
}

QString SlowHandler::text() const {
  return QStringLiteral("%1: %2 ms, %3 of them its own").arg(name).arg(elapsed, 0, 'f', 1).arg(own, 0, 'f', 1);
}

std::vector<SlowHandler> TimedApplication::slow(const std::function<bool()>& until, int patience) {
  std::vector<SlowHandler> found;
  found_ = &found;
  QElapsedTimer whole;
  whole.start();
  while (!until() && whole.elapsed() < patience)
    processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 20);
  found_ = nullptr;
  return found;
}

bool TimedApplication::notify(QObject* receiver, QEvent* event) {
  if (!found_ || depth_ > 0 || QThread::currentThread() != thread()) return QApplication::notify(receiver, event);
  // The receiver may be gone afterwards.
  const char* className = receiver->metaObject()->className();
  const int type = event->type();
  const double queuedBefore = queued();
  const double before = secondsOf(CLOCK_MONOTONIC);
  ++depth_;
  const bool result = QApplication::notify(receiver, event);
  --depth_;
  const double elapsed = (secondsOf(CLOCK_MONOTONIC) - before) * 1e3;
  if (elapsed > kLimit && found_) {
    found_->push_back({QStringLiteral("%1 event %2").arg(QLatin1String(className)).arg(type), elapsed,
                       elapsed - (queued() - queuedBefore)});
  }
  return result;
}

OtherPrograms::Moment OtherPrograms::Moment::now() {
  Moment moment;
  moment.wall = secondsOf(CLOCK_MONOTONIC);
  moment.own = secondsOf(CLOCK_PROCESS_CPUTIME_ID);
  // cpu  user nice system idle iowait irq softirq steal (proc(5)); what the machine's owner steals is not ours either.
  std::ifstream file("/proc/stat");
  std::string name;
  file >> name;
  double ticks[8] = {};
  for (double& value : ticks) file >> value;
  moment.machine =
      (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6] + ticks[7]) / static_cast<double>(sysconf(_SC_CLK_TCK));
  return moment;
}

OtherPrograms::OtherPrograms() : begin_(Moment::now()) {}

double OtherPrograms::processors() const {
  const Moment end = Moment::now();
  return ((end.machine - begin_.machine) - (end.own - begin_.own)) / std::max(1e-3, end.wall - begin_.wall);
}

}  // namespace heirloom::tests
