#include <QProgressBar>
#include <QPushButton>
#include <QSlider>

#include "tests/ui/fixture.h"
#include "ui/document.h"
#include "ui/main_window.h"
#include "ui/panels/message_area.h"
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
    QVERIFY(fixture.find<QProgressBar>("progress")->isVisible());
    QVERIFY(fixture.find<QPushButton>("restore.cancelButton")->isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(tiles > 0 || !fixture.current()->run(), kPatience);
    QVERIFY(tiles > 0);
    if (fixture.current()->run()) {
      fixture.find<QPushButton>("restore.cancelButton")->click();
      QTRY_VERIFY_WITH_TIMEOUT(!fixture.current()->run(), kPatience);
      QVERIFY(!fixture.current()->result());
    }
    QVERIFY(!fixture.find<QProgressBar>("progress")->isVisible());
    QVERIFY(fixture.find<QPushButton>("restore.runButton")->isEnabled());
    fixture.run();
    QVERIFY(fixture.current()->result());
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
