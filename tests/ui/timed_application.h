#pragma once

#include <QApplication>
#include <functional>
#include <vector>

namespace heirloom::tests {

/// One event handler of the GUI thread that took too long.
struct SlowHandler {
  QString name;
  double elapsed = 0;  // ms
  double own = 0;      // ms of them that it computed or waited for a lock, a file, another thread
  bool isOwnFault() const;
  QString text() const;
};

/// An application that can time its event handlers, from the moment an event is delivered until everything that this
/// set off has returned.
class TimedApplication : public QApplication {
 public:
  static constexpr double kLimit = 50;  // ms

  using QApplication::QApplication;
  static TimedApplication& instance() { return *static_cast<TimedApplication*>(QCoreApplication::instance()); }

  /// Delivers events until `until` or for `patience` ms; gives back the handlers that took longer than the limit.
  std::vector<SlowHandler> slow(const std::function<bool()>& until, int patience);

  bool notify(QObject* receiver, QEvent* event) override;

 private:
  std::vector<SlowHandler>* found_ = nullptr;  // null: nobody is watching
  int depth_ = 0;
};

/// How much of the machine other programs took between two moments, in processors. Meant to tell a window that its own
/// workers starve from one on a busy machine.
class OtherPrograms {
 public:
  OtherPrograms();
  double processors() const;

 private:
  struct Moment {
    double wall = 0, machine = 0, own = 0;  // s
    static Moment now();
  };
  Moment begin_;
};

}  // namespace heirloom::tests
