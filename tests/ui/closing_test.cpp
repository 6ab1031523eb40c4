#include <QMessageBox>
#include <QPushButton>

#include "tests/ui/fixture.h"
#include "ui/dialogs/save_dialog.h"
#include "ui/document.h"

namespace heirloom::tests {

/// What is asked before something is lost.
class ClosingTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void closingAPhotoDuringItsRunAsksAndIsSafe() {
    Fixture fixture;
    fixture.startLongRun();
    fixture.trigger("file.close");
    button(fixture.find<QMessageBox>("runningQuestion"), QStringLiteral("Stop"))->click();
    QTRY_COMPARE(fixture.window().photos().count(), 0);
    fixture.open(fixture.photo("b.png"));
    fixture.run();
    QVERIFY(fixture.current()->result());
  }

  void closingWithAnUnsavedResultAsks_data() {
    QTest::addColumn<QString>("answer");
    QTest::addColumn<bool>("closes");
    QTest::newRow("cancel") << QStringLiteral("Cancel") << false;
    QTest::newRow("discard") << QStringLiteral("Discard") << true;
    QTest::newRow("save") << QStringLiteral("Save...") << true;
  }
  void closingWithAnUnsavedResultAsks() {
    QFETCH(QString, answer);
    QFETCH(bool, closes);
    RestoredFixture fixture;
    QVERIFY(!fixture.window().close());
    auto* question = fixture.find<QMessageBox>("unsavedQuestion");
    QVERIFY(question);
    button(question, answer)->click();
    if (answer == QStringLiteral("Save...")) {
      QTRY_VERIFY(fixture.saveDialog());
      fixture.saveDialog()->accept();
      QTRY_VERIFY_WITH_TIMEOUT(!fixture.window().isVisible(), kPatience);
      QVERIFY(std::filesystem::exists(fixture.folder() / "a_tiny.png"));
    } else if (closes) {
      QTRY_VERIFY(!fixture.window().isVisible());
      QVERIFY(!std::filesystem::exists(fixture.folder() / "a_tiny.png"));
    } else {
      QTest::qWait(100);
      QVERIFY(fixture.window().isVisible());
      QVERIFY(fixture.current()->hasUnsavedResult());
    }
  }

  void closingDuringARunAsks_data() {
    QTest::addColumn<QString>("answer");
    QTest::addColumn<bool>("closes");
    QTest::newRow("stop") << QStringLiteral("Stop") << true;
    QTest::newRow("go on") << QStringLiteral("Go On") << false;
  }
  void closingDuringARunAsks() {
    QFETCH(QString, answer);
    QFETCH(bool, closes);
    Fixture fixture;
    fixture.startLongRun();
    QVERIFY(!fixture.window().close());
    auto* question = fixture.find<QMessageBox>("runningQuestion");
    QVERIFY(question);
    QVERIFY(fixture.current()->run());
    button(question, answer)->click();
    if (closes) {
      QTRY_VERIFY_WITH_TIMEOUT(!fixture.window().isVisible(), kPatience);
      return;
    }
    // The run goes on to its end, which is an unsaved result.
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.current()->run(), kPatience);
    QVERIFY(fixture.window().isVisible());
    QVERIFY(fixture.current()->hasUnsavedResult());
  }

  void runThatEndsWhileItIsAskedAboutLeavesItsResultToSave() {
    Fixture fixture;
    fixture.startLongRun();
    QVERIFY(!fixture.window().close());
    QTRY_VERIFY_WITH_TIMEOUT(fixture.find<QMessageBox>("unsavedQuestion"), kPatience);
    QTRY_VERIFY(!fixture.find<QMessageBox>("runningQuestion"));
    QVERIFY(fixture.window().isVisible());
    button(fixture.find<QMessageBox>("unsavedQuestion"), QStringLiteral("Discard"))->click();
    QTRY_VERIFY(!fixture.window().isVisible());
  }

  void stoppedRunStillAsksAboutAnEarlierResult() {
    Fixture fixture;
    fixture.open(fixture.photo("large.png", 3000, 2000));
    fixture.run();
    fixture.trigger("restore.run");
    QVERIFY(!fixture.window().close());
    button(fixture.find<QMessageBox>("runningQuestion"), QStringLiteral("Stop"))->click();
    QTRY_VERIFY(fixture.find<QMessageBox>("unsavedQuestion"));
    QVERIFY(fixture.window().isVisible());
    button(fixture.find<QMessageBox>("unsavedQuestion"), QStringLiteral("Cancel"))->click();
  }

  void savedResultClosesWithoutAQuestion() {
    RestoredFixture fixture;
    fixture.save();
    QVERIFY(fixture.window().close());
  }
};

const Registered<ClosingTest> kClosingTest("closing");

}  // namespace heirloom::tests

#include "closing_test.moc"
