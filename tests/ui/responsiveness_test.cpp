#include <QElapsedTimer>
#include <QListWidget>
#include <QSlider>
#include <QSpinBox>
#include <QWheelEvent>

#include "tests/ui/fixture.h"
#include "tests/ui/timed_application.h"
#include "ui/document.h"
#include "ui/panels/restore_panel.h"
#include "ui/viewer/divider.h"
#include "ui/viewer/viewer.h"

namespace heirloom::tests {
namespace {

constexpr int kAttempts = 3;
constexpr double kBusy = 0.25;  // processors taken by other programs, from which on a late handler may be their fault

QString texts(const std::vector<SlowHandler>& handlers) {
  QStringList texts;
  for (const SlowHandler& handler : handlers) texts << handler.text();
  return texts.join(u'\n');
}

/// Handlers over the limit while a large photo is opened, restored, looked at, undone and closed.
class LargePhoto {
 public:
  std::vector<SlowHandler> operator()() {
    fixture_.window().resize(1920, 1080);
    const auto file = fixture_.photo("large.png", 6000, 4000);
    fixture_.window().open({file});
    watch([this] { return fixture_.current() && fixture_.current()->photo(); }, kPatience);
    if (!fixture_.current() || !fixture_.current()->photo()) return {};
    fixture_.trigger("restore.run");
    // What people do meanwhile.
    QTimer hands;
    QObject::connect(&hands, &QTimer::timeout, fixture_.find<ui::Viewer>("viewer"), [this] { move(); });
    hands.start(40);
    watch([this] { return !fixture_.current()->run(); }, 10 * kPatience);
    restored_ = fixture_.current()->result().has_value();
    stepsOfRun_ = step_;
    // And with the result there, at every strength.
    watch([this, until = step_ + 100] { return step_ >= until; }, kPatience);
    fixture_.trigger("edit.undo");
    fixture_.trigger("edit.redo");
    watch([] { return false; }, 500);
    hands.stop();
    QTimer::singleShot(0, &fixture_.window(), [this] { fixture_.window().photos().close(fixture_.current()); });
    watch([] { return false; }, 500);
    return std::move(found_);
  }

  bool restored() const { return restored_; }
  int stepsOfRun() const { return stepsOfRun_; }

 private:
  void watch(const std::function<bool()>& until, int patience) {
    const auto slow = TimedApplication::instance().slow(until, patience);
    found_.insert(found_.end(), slow.begin(), slow.end());
  }

  void move() {
    ++step_;
    auto* viewer = fixture_.find<ui::Viewer>("viewer");
    const QPointF at(100 + step_ * 37 % 600, 80 + step_ * 23 % 400);
    QWheelEvent wheel(at, viewer->mapToGlobal(at), {}, {0, step_ % 20 < 10 ? 120 : -120}, Qt::NoButton, Qt::NoModifier,
                      Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(viewer, &wheel);
    viewer->divider()->setFraction(step_ % 50 / 50.0);
    fixture_.find<QSlider>("strengthSlider")->setValue(step_ % 100);
  }

  Fixture fixture_;
  std::vector<SlowHandler> found_;
  int step_ = 0;
  int stepsOfRun_ = 0;
  bool restored_ = false;
};

/// Handlers over the limit while steps of a progressive network come, one after the other, and are looked at.
class ManySteps {
 public:
  std::vector<SlowHandler> operator()() {
    fixture_.window().resize(1920, 1080);
    watch([this] { return fixture_.session().models().find("dpir-deblur") != nullptr; }, kPatience);
    fixture_.window().open({fixture_.photo("photo.png", 3000, 2000)});
    watch([this] { return fixture_.current() && fixture_.current()->photo(); }, kPatience);
    fixture_.find<ui::RestorePanel>("restorePanel")->chooseModel("dpir-deblur");
    fixture_.find<QSpinBox>("iterationsField")->setValue(kIterations);
    fixture_.trigger("restore.run");
    QTimer hands;
    QObject::connect(&hands, &QTimer::timeout, fixture_.find<ui::Viewer>("viewer"), [this] { move(); });
    hands.start(40);
    const auto& steps = fixture_.current()->steps().all();
    const auto until = [&] { return !fixture_.current()->run() || std::ssize(steps) >= kIterations / 2; };
    watch(until, 5 * kPatience);
    stepsSeen_ = static_cast<int>(steps.size());
    fixture_.trigger("restore.cancel");
    watch([this] { return !fixture_.current()->run(); }, kPatience);
    restored_ = fixture_.current()->result().has_value();
    return std::move(found_);
  }

  bool restored() const { return restored_; }
  int stepsOfRun() const { return stepsSeen_; }

 private:
  static constexpr int kIterations = 30;

  void watch(const std::function<bool()>& until, int patience) {
    const auto slow = TimedApplication::instance().slow(until, patience);
    found_.insert(found_.end(), slow.begin(), slow.end());
  }

  void move() {
    ++step_;
    auto* viewer = fixture_.find<ui::Viewer>("viewer");
    viewer->divider()->setFraction(step_ % 50 / 50.0);
    auto* list = fixture_.find<QListWidget>("steps");
    if (list->count() > 0) list->setCurrentRow(step_ % list->count());
  }

  Fixture fixture_;
  std::vector<SlowHandler> found_;
  int step_ = 0;
  int stepsSeen_ = 0;
  bool restored_ = false;
};

/// By the clock on the wall. Only where other programs keep the machine busy, a handler that was late because it was
/// not given a processor leads to another attempt; one that computed or waited for longer than the limit never does.
template <typename Scenario>
void requireNoSlowHandler() {
  for (int attempt = 1;; ++attempt) {
    const OtherPrograms others;
    Scenario scenario;
    const auto slow = scenario();
    QVERIFY2(scenario.restored(), qPrintable(texts(slow)));
    QVERIFY(scenario.stepsOfRun() > 5);
    if (slow.empty()) return;
    for (const SlowHandler& handler : slow) QVERIFY2(!handler.isOwnFault(), qPrintable(texts(slow)));
    QVERIFY2(others.processors() > kBusy, qPrintable(texts(slow)));
    qWarning("Other programs took %.1f processors, attempt %d:\n%s", others.processors(), attempt,
             qPrintable(texts(slow)));
    if (attempt == kAttempts)
      QSKIP("The machine is too busy for a measurement by the clock; nothing is the window's fault");
  }
}

}  // namespace

class ResponsivenessTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void watchdogSeesAHandlerThatWaits() {
    QTimer::singleShot(0, qApp, [] { QThread::msleep(80); });
    const auto slow = TimedApplication::instance().slow([] { return false; }, 200);
    QCOMPARE(slow.size(), std::size_t{1});
    QVERIFY2(slow.front().isOwnFault(), qPrintable(texts(slow)));
  }

  void watchdogSeesAHandlerThatComputes() {
    QTimer::singleShot(0, qApp, [] {
      timespec begin{};
      timespec now{};
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
      do clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
      while ((now.tv_sec - begin.tv_sec) * 1000 + (now.tv_nsec - begin.tv_nsec) / 1'000'000 < 80);
    });
    const auto slow = TimedApplication::instance().slow([] { return false; }, 400);
    QCOMPARE(slow.size(), std::size_t{1});
    QVERIFY2(slow.front().isOwnFault(), qPrintable(texts(slow)));
  }

  void noHandlerTakesLongWhile24MegapixelsAreRestored() { requireNoSlowHandler<LargePhoto>(); }

  void noHandlerTakesLongWhileStepsComeAndAreLookedAt() { requireNoSlowHandler<ManySteps>(); }
};

const Registered<ResponsivenessTest> kResponsivenessTest("responsiveness");

}  // namespace heirloom::tests

#include "responsiveness_test.moc"
