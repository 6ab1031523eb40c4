#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QRegularExpression>
#include <QSlider>

#include "core/library/library.h"
#include "core/photo/memory.h"
#include "tests/ui/fixture.h"
#include "ui/document.h"
#include "ui/main_window.h"
#include "ui/panels/message_area.h"
#include "ui/panels/restore_panel.h"
#include "ui/viewer/divider.h"

namespace heirloom::tests {

/// Runs, their undo, and the strength of their results.
class RunningTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void runIsUndoneAndRedone() {
    Fixture fixture;
    fixture.open(fixture.photo("a.png"));
    QVERIFY(!fixture.window().commandSet()["edit.undo"]->isEnabled());
    fixture.run();
    QVERIFY(fixture.current()->result());
    QCOMPARE(fixture.current()->result()->raster->width(), 96);
    QCOMPARE(fixture.messages(), QString());
    QVERIFY(fixture.find<ui::Divider>("divider")->isVisible());
    fixture.trigger("edit.undo");
    QVERIFY(!fixture.current()->result());
    QVERIFY(!fixture.current()->hasUnsavedResult());
    fixture.trigger("edit.redo");
    QVERIFY(fixture.current()->result());
    QVERIFY(fixture.current()->hasUnsavedResult());
  }

  void runShowsProgressAndTilesAndCanBeCancelled() {
    Fixture fixture;
    fixture.startLongRun();
    int tiles = 0;
    connect(fixture.current()->run(), &ui::EngineRun::tileWritten, this, [&] { ++tiles; });
    auto* remaining = fixture.find<QLabel>("remaining");
    QStringList said;
    connect(fixture.current(), &ui::Document::runProgressed, this, [&said, remaining] { said << remaining->text(); });
    QVERIFY(fixture.find<QProgressBar>("progress")->isVisible());
    QVERIFY(fixture.find<QPushButton>("restore.cancelButton")->isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(tiles > 0 || !fixture.current()->run(), kPatience);
    QVERIFY(tiles > 0);
    // Known as soon as the first tile is done, long before the last one is.
    const QRegularExpression left(QStringLiteral("^[1-9]\\d? %, about \\d+ .+ left$"));
    QTRY_VERIFY_WITH_TIMEOUT(!said.filter(left).isEmpty() || !fixture.current()->run(), kPatience);
    QVERIFY2(!said.filter(left).isEmpty(), qPrintable(said.join(u'|')));
    if (fixture.current()->run()) {
      QVERIFY(remaining->isVisible());
      fixture.find<QPushButton>("restore.cancelButton")->click();
      QTRY_VERIFY_WITH_TIMEOUT(!fixture.current()->run(), kPatience);
      QVERIFY(!fixture.current()->result());
    }
    QVERIFY(!fixture.find<QProgressBar>("progress")->isVisible());
    QVERIFY(!remaining->isVisible());
    QVERIFY(fixture.find<QPushButton>("restore.runButton")->isEnabled());
    fixture.run();
    QVERIFY(fixture.current()->result());
  }

  void theNetworkStaysForTheNextRunUntilItIsNotWanted() {
    const core::RoomForTest plenty({std::uint64_t{8} << 30, std::uint64_t{8} << 30, "/var/tmp"});
    Fixture fixture;
    writeTinyNetwork(fixture.folder() / "models" / "other.safetensors", 2);
    fixture.session().models().refresh();
    QTRY_VERIFY_WITH_TIMEOUT(fixture.session().models().find("other"), kPatience);
    auto* panel = fixture.find<ui::RestorePanel>("restorePanel");
    panel->chooseModel("tiny");
    fixture.open(fixture.photo("a.png"));
    const auto library = fixture.session().models().library();
    // What the library would give now; loaded only by this call where nobody holds it.
    const auto held = [&] { return std::weak_ptr<const models::Restorer>(library->open("tiny")); };
    QVERIFY(held().expired());
    fixture.run();
    std::weak_ptr<const models::Restorer> network = held();
    QVERIFY(!network.expired());
    fixture.run();
    QVERIFY(!network.expired());

    panel->chooseModel("other");
    QTRY_VERIFY_WITH_TIMEOUT(network.expired(), kPatience);
    panel->chooseModel("tiny");
    fixture.run();
    network = held();
    QVERIFY(!network.expired());
    // Another photo's end leaves it, its own takes it away.
    ui::Document* first = fixture.current();
    fixture.open(fixture.photo("b.png"));
    fixture.trigger("file.close");
    QTRY_COMPARE_WITH_TIMEOUT(fixture.current(), first, kPatience);
    QTest::qWait(100);
    QVERIFY(!network.expired());
    fixture.window().photos().close(first);
    QTRY_VERIFY_WITH_TIMEOUT(network.expired(), kPatience);
  }

  void whatWasSaidOfAPhotoGoesWhenItsNextRunBegins() {
    Fixture fixture;
    fixture.open(fixture.photo("a.png"));
    for (const auto* text : {"a.png: broken", "b.png: broken"})
      fixture.window().messages().show(ui::MessageArea::Severity::Error, QString::fromLatin1(text));
    fixture.run();
    QCOMPARE(fixture.messages(), QStringLiteral("b.png: broken"));
  }

  void runThatWaitsForItsTurnCanBeCancelled() {
    Fixture fixture;
    const auto first = fixture.photo("a.png", 3000, 2000);
    fixture.open(first);
    ui::Document* large = fixture.current();
    fixture.trigger("restore.run");
    fixture.open(fixture.photo("b.png"));
    fixture.trigger("restore.run");
    fixture.trigger("restore.cancel");
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.current()->run(), kPatience);
    QVERIFY(!fixture.current()->result());
    QTRY_VERIFY_WITH_TIMEOUT(!large->run(), kPatience);
    QVERIFY(large->result());
  }

  void strengthIsUndoneInOneStepAndCountsAsUnsaved() {
    RestoredFixture fixture;
    fixture.save();
    auto* slider = fixture.find<QSlider>("strengthSlider");
    for (const int value : {90, 70, 40}) slider->setValue(value);
    QCOMPARE(fixture.current()->strength(), 0.4);
    QVERIFY(fixture.current()->hasUnsavedResult());
    fixture.trigger("edit.undo");
    QCOMPARE(fixture.current()->strength(), 1.0);
    QCOMPARE(slider->value(), 100);
    QVERIFY(!fixture.current()->hasUnsavedResult());
  }
};

const Registered<RunningTest> kRunningTest("running");

}  // namespace heirloom::tests

#include "running_test.moc"
