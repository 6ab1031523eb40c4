#include <QBuffer>
#include <QClipboard>
#include <QDropEvent>
#include <QFileDialog>
#include <QListWidget>
#include <QMimeData>
#include <fstream>

#include "tests/ui/fixture.h"
#include "ui/document.h"
#include "ui/save.h"
#include "ui/text.h"

namespace heirloom::tests {

/// Photos on their way into the window.
class OpeningTest : public QObject {
  Q_OBJECT

  static void drop(QWidget& target, const std::vector<std::filesystem::path>& files) {
    QMimeData data;
    QList<QUrl> urls;
    for (const auto& file : files) urls << QUrl::fromLocalFile(ui::fromPath(file));
    data.setUrls(urls);
    QDragEnterEvent enter({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&target, &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent event({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&target, &event);
  }

  /// The strip shows more than an empty card there.
  static bool hasPicture(Fixture& fixture, int row) {
    const QImage card = fixture.find<QListWidget>("filmstrip")->item(row)->icon().pixmap(112, 76).toImage();
    return card.pixelColor(card.rect().center()).alpha() > 0;
  }

 private Q_SLOTS:
  void startsEmptyAndSaysWhatToDo() {
    Fixture fixture;
    QVERIFY(fixture.find<QWidget>("welcome")->isVisible());
    QVERIFY(!fixture.window().commandSet()["restore.run"]->isEnabled());
    QVERIFY(!fixture.window().commandSet()["file.save"]->isEnabled());
  }

  void opensWhatIsChosenInADialog_data() {
    QTest::addColumn<QString>("command");
    QTest::addColumn<QFileDialog::FileMode>("mode");
    QTest::newRow("photos") << QStringLiteral("file.open") << QFileDialog::ExistingFiles;
    QTest::newRow("folder") << QStringLiteral("file.openFolder") << QFileDialog::Directory;
  }
  void opensWhatIsChosenInADialog() {
    QFETCH(QString, command);
    QFETCH(QFileDialog::FileMode, mode);
    Fixture fixture;
    std::filesystem::create_directories(fixture.folder() / "holiday");
    const auto first = fixture.photo("holiday/a.png");
    const auto second = fixture.photo("holiday/b.png");
    fixture.trigger(qPrintable(command));
    auto* dialog = fixture.window().findChild<QFileDialog*>();
    QVERIFY(dialog && dialog->isVisible());
    QCOMPARE(dialog->fileMode(), mode);
    // As the dialog says it, be it Qt's or the desktop's own.
    if (mode == QFileDialog::Directory) {
      Q_EMIT dialog->fileSelected(ui::fromPath(first.parent_path()));
    } else {
      Q_EMIT dialog->filesSelected({ui::fromPath(first), ui::fromPath(second)});
    }
    dialog->reject();
    QTRY_COMPARE_WITH_TIMEOUT(fixture.window().photos().count(), 2, kPatience);
    QCOMPARE(fixture.current()->file(), first);
    QTRY_VERIFY_WITH_TIMEOUT(fixture.current()->photo(), kPatience);
    QCOMPARE(fixture.window().photos().documents()[1]->file(), second);
  }

  void opensWhatTheCommandLineNames() {
    Fixture fixture;
    const auto folder = fixture.folder() / "holiday";
    std::filesystem::create_directories(folder);
    const auto first = fixture.photo("holiday/a.png");
    fixture.photo("holiday/b.png");
    fixture.window().open({folder});
    QTRY_COMPARE_WITH_TIMEOUT(fixture.window().photos().count(), 2, kPatience);
    QTRY_VERIFY_WITH_TIMEOUT(fixture.current()->photo(), kPatience);
    QCOMPARE(fixture.current()->file().filename(), first.filename());
    QVERIFY(fixture.window().windowTitle().contains(QStringLiteral("a.png")));
  }

  void photoNamedFromTheFolderOneStandsInIsSavedBesideIt() {
    Fixture fixture;
    fixture.photo("a.png");
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(fixture.folder() / ".");
    fixture.window().open({"a.png"});
    QTRY_VERIFY_WITH_TIMEOUT(fixture.current() && fixture.current()->photo(), kPatience);
    std::filesystem::current_path(before);
    QCOMPARE(ui::suggestedTarget(*fixture.current()).file.parent_path(), (fixture.folder() / "a.png").parent_path());
    QVERIFY(QFileInfo(fixture.session().settings().recentFiles().front()).isAbsolute());
  }

  void droppedPhotosMakeAStripToStepThrough() {
    Fixture fixture;
    const auto first = fixture.photo("a.png");
    const auto second = fixture.photo("b.png");
    drop(fixture.window(), {first, second});
    QTRY_COMPARE_WITH_TIMEOUT(fixture.window().photos().count(), 2, kPatience);
    QVERIFY(fixture.find<QListWidget>("filmstrip")->isVisible());
    QTRY_COMPARE(fixture.current()->file(), first);
    fixture.find<QWidget>("viewer")->setFocus();
    QTest::keyClick(fixture.find<QWidget>("viewer"), Qt::Key_Right);
    QCOMPARE(fixture.current()->file(), second);
    QTest::keyClick(fixture.find<QWidget>("viewer"), Qt::Key_Right);
    QCOMPARE(fixture.current()->file(), second);
    QTest::keyClick(fixture.find<QWidget>("viewer"), Qt::Key_Left);
    QCOMPARE(fixture.current()->file(), first);
    QTRY_VERIFY_WITH_TIMEOUT(hasPicture(fixture, 1), kPatience);
    fixture.find<QListWidget>("filmstrip")->setCurrentRow(1);
    QCOMPARE(fixture.current()->file(), second);
  }

  void photoThatCannotBeReadIsMarkedInTheStrip() {
    Fixture fixture;
    const auto bad = fixture.folder() / "letter.png";
    std::ofstream(bad) << "this is a text file";
    fixture.window().open({fixture.photo("a.png"), bad});
    QTRY_COMPARE_WITH_TIMEOUT(fixture.window().photos().count(), 2, kPatience);
    QTRY_VERIFY_WITH_TIMEOUT(hasPicture(fixture, 0) && hasPicture(fixture, 1), kPatience);
  }

  void samePhotoIsOpenedOnce() {
    Fixture fixture;
    const auto file = fixture.photo("a.png");
    fixture.open(file);
    fixture.open(fixture.photo("b.png"));
    fixture.window().open({file});
    QTRY_COMPARE(fixture.current()->file(), file);
    QCOMPARE(fixture.window().photos().count(), 2);
  }

  void pastedPictureIsAPhoto() {
    Fixture fixture;
    QGuiApplication::clipboard()->setImage(testImage(40, 30));
    fixture.trigger("edit.paste");
    QTRY_VERIFY_WITH_TIMEOUT(fixture.current(), kPatience);
    QCOMPARE(fixture.current()->photo()->raster->width(), 40);
    fixture.run();
    QVERIFY(fixture.current()->hasUnsavedResult());
  }

  void emptyClipboardIsSaidInWords() {
    Fixture fixture;
    QGuiApplication::clipboard()->setText(QStringLiteral("words"));
    fixture.trigger("edit.paste");
    QVERIFY(fixture.messages().contains(QStringLiteral("no picture")));
  }

  void badFileIsExplainedInTheWindow_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<bool>("exists");
    QTest::newRow("text") << QByteArray("this is no picture") << true;
    QTest::newRow("empty") << QByteArray() << true;
    QTest::newRow("missing") << QByteArray() << false;
    QImage image = testImage(200, 200);
    QByteArray png;
    QBuffer buffer(&png);
    image.save(&buffer, "PNG");
    QTest::newRow("truncated") << png.left(png.size() / 2) << true;
  }
  void badFileIsExplainedInTheWindow() {
    QFETCH(QByteArray, content);
    QFETCH(bool, exists);
    Fixture fixture;
    const auto file = fixture.folder() / "bad.png";
    if (exists) std::ofstream(file).write(content.constData(), content.size());
    fixture.window().open({file});
    QTRY_VERIFY_WITH_TIMEOUT(fixture.messages().contains(QStringLiteral("bad.png: ")), kPatience);
    QVERIFY(!QApplication::activeModalWidget());
    // One sentence for the fault, one for what to do.
    QVERIFY2(fixture.messages().count(QStringLiteral(". ")) >= 1, qPrintable(fixture.messages()));
    fixture.open(fixture.photo("good.png"));
  }

  void recentPhotosAreOffered() {
    Fixture fixture;
    const auto file = fixture.photo("a.png");
    fixture.open(file);
    QCOMPARE(fixture.session().settings().recentFiles(), QStringList{ui::fromPath(file)});
  }
};

const Registered<OpeningTest> kOpeningTest("opening");

}  // namespace heirloom::tests

#include "opening_test.moc"
