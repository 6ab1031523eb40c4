#include <sys/resource.h>
#include <time.h>
#include <QApplication>
#include <QElapsedTimer>
#include <QScrollBar>
#include <QSlider>
#include <QWheelEvent>

#include "tests/ui/fixture.h"
#include "ui/document.h"
#include "ui/viewer/divider.h"
#include "ui/viewer/viewer.h"

namespace heirloom::tests {
namespace {

/// What one thread did so far.
struct Usage {
  double cpu = 0;  // ms
  long waits = 0;  // times it gave the processor away itself: blocked on a lock, a file, another thread

  static Usage now() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    return {static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6, usage.ru_nvcsw};
  }
};

/// An application that times every event handler of the GUI thread.
class TimedApplication {
 public:
  static constexpr double kLimit = 50;  // ms

  /// Delivers events for a while and names the handlers that took too long: that computed for longer than the limit, or
  /// that waited longer for one thing (a lock, a file, another thread). What other programs on a busy machine take away
  /// is no fault of the window's; neither are the many short waits of Qt's painting for its own threads there.
  static QStringList slow(const std::function<bool()>& until, int patience) {
    QStringList found;
    QElapsedTimer whole;
    whole.start();
    Watch watch(found);
    while (!until() && whole.elapsed() < patience)
      QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 20);
    return found;
  }

 private:
  /// Measures between two moments at which the filter sees an event: that is what the handler of the first one took.
  class Watch : public QObject {
   public:
    explicit Watch(QStringList& found) : found_(found) { qApp->installEventFilter(this); }
    ~Watch() override { qApp->removeEventFilter(this); }

   protected:
    bool eventFilter(QObject* receiver, QEvent* event) override {
      if (measuring_) return false;
      // Delivered here, so that exactly this handler is inside the measurement.
      measuring_ = true;
      const Usage before = Usage::now();
      QElapsedTimer wall;
      wall.start();
      const QString name = QLatin1String(receiver->metaObject()->className()) + QStringLiteral(" event ") +
                           QString::number(event->type());
      receiver->event(event);
      const double elapsed = static_cast<double>(wall.nsecsElapsed()) / 1e6;
      const Usage after = Usage::now();
      measuring_ = false;
      const double computed = after.cpu - before.cpu;
      const auto waits = static_cast<double>(after.waits - before.waits);
      if (computed > kLimit || (waits > 0 && (elapsed - computed) / waits > kLimit)) {
        found_ << QStringLiteral("%1: %2 ms, %3 of them computing, %4 waits")
                      .arg(name)
                      .arg(elapsed, 0, 'f', 1)
                      .arg(after.cpu - before.cpu, 0, 'f', 1)
                      .arg(after.waits - before.waits);
      }
      return true;
    }

   private:
    QStringList& found_;
    bool measuring_ = false;
  };
};

}  // namespace

class ResponsivenessTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void watchdogSeesAHandlerThatBlocks() {
    QTimer::singleShot(0, qApp, [] { QThread::msleep(80); });
    const QStringList slow = TimedApplication::slow([] { return false; }, 200);
    QCOMPARE(slow.size(), 1);
    QTimer::singleShot(0, qApp, [] {
      for (const Usage start = Usage::now(); Usage::now().cpu - start.cpu < 80;) {
      }
    });
    QCOMPARE(TimedApplication::slow([] { return false; }, 400).size(), 1);
  }

  void noHandlerTakesLongWhile24MegapixelsAreRestored() {
    Fixture fixture;
    const auto file = fixture.photo("large.png", 6000, 4000);
    QStringList slow;
    fixture.window().open({file});
    slow << TimedApplication::slow([&] { return fixture.current() && fixture.current()->photo(); }, kPatience);
    QVERIFY(fixture.current() && fixture.current()->photo());
    auto* viewer = fixture.find<ui::Viewer>("viewer");
    fixture.trigger("restore.run");
    QVERIFY(fixture.current()->run());
    // What people do meanwhile.
    int step = 0;
    QTimer hands;
    connect(&hands, &QTimer::timeout, viewer, [&] {
      ++step;
      const QPointF at(100 + step * 37 % 600, 80 + step * 23 % 400);
      QWheelEvent wheel(at, viewer->mapToGlobal(at), {}, {0, step % 20 < 10 ? 120 : -120}, Qt::NoButton, Qt::NoModifier,
                        Qt::NoScrollPhase, false);
      QCoreApplication::sendEvent(viewer, &wheel);
      viewer->divider()->setFraction(step % 50 / 50.0);
      fixture.find<QSlider>("strengthSlider")->setValue(step % 100);
    });
    hands.start(40);
    slow << TimedApplication::slow([&] { return !fixture.current()->run(); }, 4 * kPatience);
    QVERIFY(!fixture.current()->run());
    QVERIFY(fixture.current()->result());
    QVERIFY(step > 5);
    // And with the result there.
    slow << TimedApplication::slow([until = step + 60, &step] { return step >= until; }, kPatience);
    fixture.trigger("edit.undo");
    fixture.trigger("edit.redo");
    slow << TimedApplication::slow([] { return false; }, 500);
    hands.stop();
    QVERIFY2(slow.isEmpty(), qPrintable(slow.join(u'\n')));
  }
};

const Registered<ResponsivenessTest> kResponsivenessTest("responsiveness");

}  // namespace heirloom::tests

#include "responsiveness_test.moc"
