#include "ui/recovery.h"

#include <QPushButton>
#include <QSignalSpy>
#include <fstream>

#include "tests/ui/fixture.h"
#include "ui/document.h"
#include "ui/recovery_entry.h"

namespace heirloom::tests {

namespace fs = std::filesystem;

class RecoveryTest : public QObject {
  Q_OBJECT

  static std::vector<fs::path> entries(const fs::path& folder) {
    std::vector<fs::path> found;
    std::error_code none;
    for (const auto& session : fs::directory_iterator(folder, none)) {
      for (const auto& entry : fs::directory_iterator(session.path(), none)) {
        if (ui::isRecoveryEntry(entry.path())) found.push_back(entry.path());
      }
    }
    return found;
  }
  /// What a crash leaves: the session's folder, its lock held by nobody.
  static void crash(const fs::path& recovery, const fs::path& keep) {
    fs::copy(recovery, keep, fs::copy_options::recursive);
    for (const auto& session : fs::directory_iterator(keep)) fs::remove(session.path() / "lock");
  }

 private Q_SLOTS:
  void unsavedResultIsKeptAndDroppedWhenSaved() {
    RestoredFixture fixture;
    const auto recovery = fixture.places().recovery;
    QTRY_COMPARE_WITH_TIMEOUT(entries(recovery).size(), std::size_t{1}, kPatience);
    fixture.trigger("edit.undo");
    QTRY_COMPARE_WITH_TIMEOUT(entries(recovery).size(), std::size_t{0}, kPatience);
    fixture.trigger("edit.redo");
    QTRY_COMPARE_WITH_TIMEOUT(entries(recovery).size(), std::size_t{1}, kPatience);
    fixture.current()->markSaved({});
    QTRY_COMPARE_WITH_TIMEOUT(entries(recovery).size(), std::size_t{0}, kPatience);
  }

  void sessionThatEndsWellLeavesNothing() {
    RestoredFixture fixture;
    const auto recovery = fixture.places().recovery;
    QTRY_COMPARE_WITH_TIMEOUT(entries(recovery).size(), std::size_t{1}, kPatience);
    fixture.restart();
    QCOMPARE(entries(recovery).size(), std::size_t{0});
    QCOMPARE(fixture.messages(), QString());
  }

  void openSessionsAreNoOrphans() {
    RestoredFixture fixture;
    QTRY_COMPARE_WITH_TIMEOUT(entries(fixture.places().recovery).size(), std::size_t{1}, kPatience);
    ui::Workers workers;
    const ui::Recovery other(workers, fixture.places().recovery);
    QCOMPARE(other.orphanCount(), 0);
  }

  void resultOfACrashIsOfferedAndBroughtBack() {
    RestoredFixture fixture;
    const auto recovery = fixture.places().recovery;
    QTRY_COMPARE_WITH_TIMEOUT(entries(recovery).size(), std::size_t{1}, kPatience);
    const auto expected = fixture.current()->result()->raster;
    crash(recovery, fixture.folder() / "crashed");
    fs::remove(fixture.folder() / "a.png");
    fixture.window().close();
    for (const auto& session : fs::directory_iterator(fixture.folder() / "crashed"))
      fs::rename(session.path(), recovery / "crashed-session");
    fixture.restart();
    QVERIFY2(fixture.messages().contains(QStringLiteral("brought back")), qPrintable(fixture.messages()));
    QPushButton* answer = nullptr;
    for (auto* button : fixture.window().findChildren<QPushButton*>()) {
      if (button->accessibleName() == QStringLiteral("Bring Back")) answer = button;
    }
    QVERIFY(answer);
    answer->click();
    QTRY_VERIFY_WITH_TIMEOUT(fixture.current() && fixture.current()->result(), kPatience);
    QCOMPARE(fixture.current()->name(), QStringLiteral("a.png"));
    QVERIFY(fixture.current()->hasUnsavedResult());
    const auto raster = fixture.current()->result()->raster;
    QVERIFY(raster->layout() == expected->layout());
    for (std::int64_t y = 0; y < raster->height(); ++y) QVERIFY(std::ranges::equal(raster->row(y), expected->row(y)));
    QVERIFY(fixture.current()->result()->recipe.steps.front().model == "tiny");
    // The old entry goes, the new session keeps its own.
    QTRY_VERIFY_WITH_TIMEOUT(!fs::exists(recovery / "crashed-session"), kPatience);
    QTRY_COMPARE_WITH_TIMEOUT(entries(recovery).size(), std::size_t{1}, kPatience);
  }

  void howAResultCameAboutIsBroughtBackWithIt() {
    const TemporaryFolder folder;
    const auto photo = ui::photoOf(testImage(6, 4));
    ui::RestoredResult result{
        photo->raster, {{core::Step{"tiny", {{"prompt", "a lake"}}, 1}}}, QStringLiteral("Tiny"), {}, {}, {}};
    result.chosen = {{"size", "whole"}};
    result.step = 5;
    result.earlier = {{2, {{"prompt", "a wood"}}}, {4, {}}};
    result.generative = true;
    result.placements = {"bfloat16 on cpu"};
    ui::writeRecoveryEntry(folder / "0", {QStringLiteral("x"), photo, result, 1});
    const ui::RestoredResult back = ui::readRecoveryEntry(folder / "0").result;
    QCOMPARE(back.recipe, result.recipe);
    QCOMPARE(back.chosen, result.chosen);
    QCOMPARE(back.step, result.step);
    QCOMPARE(back.earlier, result.earlier);
    QVERIFY(back.generative);
    QCOMPARE(back.placements, result.placements);
    result.generative = false;
    ui::writeRecoveryEntry(folder / "1", {QStringLiteral("x"), photo, result, 1});
    QVERIFY(!ui::readRecoveryEntry(folder / "1").result.generative);
  }

  void damagedEntryIsAnErrorInWords_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("short raster") << QStringLiteral("result.raster") << QByteArray("short");
    QTest::newRow("no json") << QStringLiteral("entry.json") << QByteArray("}{");
    QTest::newRow("other version") << QStringLiteral("entry.json") << QByteArray("{\"version\": 99}");
    QTest::newRow("huge size") << QStringLiteral("entry.json")
                               << QByteArray(
                                      "{\"version\":1,\"format\":1,\"source\":{\"width\":900000000,\"height\":"
                                      "900000000,\"model\":1,\"type\":0}}");
  }
  void damagedEntryIsAnErrorInWords() {
    QFETCH(QString, file);
    QFETCH(QByteArray, content);
    const TemporaryFolder folder;
    const auto photo = ui::photoOf(testImage(6, 4));
    ui::writeRecoveryEntry(
        folder / "0",
        {QStringLiteral("x"), photo, {photo->raster, {{core::Step{"tiny", {}, 1}}}, QStringLiteral("Tiny"), {}}, 1});
    QCOMPARE(ui::readRecoveryEntry(folder / "0").name, QStringLiteral("x"));
    std::ofstream(folder / "0" / file.toStdString()) << content.toStdString();
    QVERIFY_EXCEPTION_THROWN(ui::readRecoveryEntry(folder / "0"), Error);
  }

  void halfWrittenEntryCountsForNothing() {
    const TemporaryFolder folder;
    fs::create_directories(folder / "session" / "0");
    std::ofstream(folder / "session" / "0" / "source.raster") << "begun";
    ui::Workers workers;
    const ui::Recovery recovery(workers, folder.path());
    QCOMPARE(recovery.orphanCount(), 0);
    QVERIFY(!fs::exists(folder / "session"));
  }
};

const Registered<RecoveryTest> kRecoveryTest("recovery");

}  // namespace heirloom::tests

#include "recovery_test.moc"
