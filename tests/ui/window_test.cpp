#include <QBuffer>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDropEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QMessageBox>
#include <QMimeData>
#include <QProgressBar>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>
#include <fstream>

#include "tests/ui/fixture.h"
#include "ui/dialogs/save_dialog.h"
#include "ui/document.h"
#include "ui/save.h"
#include "ui/text.h"
#include "ui/viewer/divider.h"
#include "ui/viewer/viewer.h"

namespace heirloom::tests {

class WindowTest : public QObject {
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
  static QByteArray contents(const std::filesystem::path& file) {
    QFile in(ui::fromPath(file));
    return in.open(QIODevice::ReadOnly) ? in.readAll() : QByteArray();
  }
  static ui::SaveDialog* saveDialog(Fixture& fixture) { return fixture.window().findChild<ui::SaveDialog*>(); }
  static QPushButton* button(QWidget* parent, const QString& name) {
    for (auto* candidate : parent->findChildren<QPushButton*>()) {
      if (candidate->accessibleName() == name) return candidate;
    }
    return nullptr;
  }
  /// The strip shows more than an empty card there.
  static bool hasPicture(Fixture& fixture, int row) {
    const QImage card = fixture.find<QListWidget>("filmstrip")->item(row)->icon().pixmap(112, 76).toImage();
    return card.pixelColor(card.rect().center()).alpha() > 0;
  }
  /// One that is not over before a test has looked at it.
  static void startLongRun(Fixture& fixture) {
    fixture.open(fixture.photo("large.png", 3000, 2000));
    fixture.trigger("restore.run");
    QVERIFY(fixture.current()->run());
  }
  /// Takes the save dialog's suggestion.
  static std::filesystem::path save(Fixture& fixture) {
    fixture.trigger("file.saveAs");
    ui::SaveDialog* dialog = saveDialog(fixture);
    const std::filesystem::path target = dialog->target().file;
    dialog->accept();
    [&] { QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(target), kPatience); }();
    [&] { QTRY_VERIFY_WITH_TIMEOUT(!fixture.current()->hasUnsavedResult(), kPatience); }();
    return target;
  }

 private Q_SLOTS:
  void startsEmptyAndSaysWhatToDo() {
    Fixture fixture;
    QVERIFY(fixture.find<QWidget>("welcome")->isVisible());
    QVERIFY(!fixture.window().commandSet()["restore.run"]->isEnabled());
    QVERIFY(!fixture.window().commandSet()["file.save"]->isEnabled());
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
    startLongRun(fixture);
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

  void closingAPhotoDuringItsRunAsksAndIsSafe() {
    Fixture fixture;
    startLongRun(fixture);
    fixture.trigger("file.close");
    button(fixture.find<QMessageBox>("runningQuestion"), QStringLiteral("Stop"))->click();
    QTRY_COMPARE(fixture.window().photos().count(), 0);
    fixture.open(fixture.photo("b.png"));
    fixture.run();
    QVERIFY(fixture.current()->result());
  }

  void strengthIsUndoneInOneStepAndCountsAsUnsaved() {
    RestoredFixture fixture;
    save(fixture);
    auto* slider = fixture.find<QSlider>("strengthSlider");
    for (const int value : {90, 70, 40}) slider->setValue(value);
    QCOMPARE(fixture.current()->strength(), 0.4);
    QVERIFY(fixture.current()->hasUnsavedResult());
    fixture.trigger("edit.undo");
    QCOMPARE(fixture.current()->strength(), 1.0);
    QCOMPARE(slider->value(), 100);
    QVERIFY(!fixture.current()->hasUnsavedResult());
  }

  void savesBesideThePhotoUnderItsModelsName() {
    RestoredFixture fixture;
    const auto original = contents(fixture.folder() / "a.png");
    const auto saved = save(fixture);
    QCOMPARE(saved, fixture.folder() / "a_tiny.png");
    QCOMPARE(contents(fixture.folder() / "a.png"), original);
    const auto photo = core::readPhoto(saved);
    QCOMPARE(photo.raster->width(), 96);
    QVERIFY(core::embeddedRecipe(photo.metadata).find("tiny") != std::string::npos);
    // Saving again goes to the same file without a question.
    fixture.find<QSlider>("strengthSlider")->setValue(0);
    const auto before = contents(saved);
    fixture.trigger("file.save");
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.current()->hasUnsavedResult(), kPatience);
    QVERIFY(contents(saved) != before);
    // Strength 0 is the source's own samples.
    const auto again = core::readPhoto(saved);
    QVERIFY(std::ranges::equal(again.raster->row(5), fixture.current()->photo()->raster->row(5)));
  }

  void takenNameIsNeverReplacedUnasked() {
    RestoredFixture fixture;
    fixture.photo("taken.png", 10, 10);
    fixture.trigger("file.save");
    ui::SaveDialog* dialog = saveDialog(fixture);
    QVERIFY(dialog);
    auto* name = dialog->findChild<QLineEdit*>(QStringLiteral("saveName"));
    auto* accept = dialog->findChild<QPushButton*>(QStringLiteral("saveButton"));
    QVERIFY(accept->isEnabled());
    name->setText(QStringLiteral("taken.png"));
    QVERIFY(!accept->isEnabled());
    dialog->findChild<QCheckBox*>(QStringLiteral("saveReplace"))->setChecked(true);
    QVERIFY(accept->isEnabled());
    dialog->findChild<QCheckBox*>(QStringLiteral("saveReplace"))->setChecked(false);
    dialog->findChild<QPushButton*>(QStringLiteral("saveFreeName"))->click();
    QCOMPARE(name->text(), QStringLiteral("taken-2.png"));
    QVERIFY(accept->isEnabled());
    // The original cannot be chosen at all.
    name->setText(QStringLiteral("a.png"));
    dialog->findChild<QCheckBox*>(QStringLiteral("saveReplace"))->setChecked(true);
    QVERIFY(!accept->isEnabled());
    dialog->reject();
  }

  void saveDialogFollowsTheFormat() {
    RestoredFixture fixture;
    fixture.trigger("file.saveAs");
    ui::SaveDialog* dialog = saveDialog(fixture);
    auto* name = dialog->findChild<QLineEdit*>(QStringLiteral("saveName"));
    auto* format = dialog->findChild<QComboBox*>(QStringLiteral("saveFormat"));
    auto* quality = dialog->findChild<QSpinBox*>(QStringLiteral("saveQuality"));
    QVERIFY(!quality->isVisible());
    format->setCurrentIndex(format->findData(static_cast<int>(core::FileFormat::Jpeg)));
    QCOMPARE(name->text(), QStringLiteral("a_tiny.jpg"));
    QVERIFY(quality->isVisible());
    QCOMPARE(quality->value(), 95);
    name->setText(QStringLiteral("b.tif"));
    QCOMPARE(format->currentData().toInt(), static_cast<int>(core::FileFormat::Tiff));
    format->setCurrentIndex(format->findData(static_cast<int>(core::FileFormat::Jpeg)));
    quality->setValue(70);
    dialog->accept();
    QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(fixture.folder() / "b.jpg"), kPatience);
    QTRY_VERIFY(!fixture.current()->hasUnsavedResult());
    QVERIFY(qAbs(core::readPhoto(fixture.folder() / "b.jpg").jpegQuality - 70) <= 1);
  }

  void failedSaveLosesNothing() {
    RestoredFixture fixture;
    fixture.trigger("file.saveAs");
    ui::SaveDialog* dialog = saveDialog(fixture);
    const auto folder = fixture.folder() / "gone";
    std::filesystem::create_directories(folder);
    dialog->findChild<QLineEdit*>(QStringLiteral("saveFolder"))->setText(ui::fromPath(folder));
    std::filesystem::remove(folder);
    dialog->accept();
    QTRY_VERIFY_WITH_TIMEOUT(!fixture.messages().isEmpty(), kPatience);
    QVERIFY(fixture.current()->hasUnsavedResult());
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
      QTRY_VERIFY(saveDialog(fixture));
      saveDialog(fixture)->accept();
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
    startLongRun(fixture);
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
    startLongRun(fixture);
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
    save(fixture);
    QVERIFY(fixture.window().close());
  }

  void originalIsShownForAsLongAsItsKeyIsHeld() {
    RestoredFixture fixture;
    auto* viewer = fixture.find<ui::Viewer>("viewer");
    QTest::keyPress(viewer, Qt::Key_Backslash);
    QVERIFY(viewer->showsOriginal());
    QTest::keyRelease(viewer, Qt::Key_Backslash);
    QVERIFY(!viewer->showsOriginal());
    // Also from another widget, but not while text is typed.
    QTest::keyPress(fixture.find<QSlider>("strengthSlider"), Qt::Key_Backslash);
    QVERIFY(viewer->showsOriginal());
    QTest::keyRelease(fixture.find<QSlider>("strengthSlider"), Qt::Key_Backslash);
    QVERIFY(!viewer->showsOriginal());
  }

  void copiedPictureIsWhatIsShown() {
    Fixture fixture;
    fixture.open(fixture.photo("a.png"));
    QGuiApplication::clipboard()->clear();
    fixture.trigger("edit.copy");
    QTRY_VERIFY_WITH_TIMEOUT(!QGuiApplication::clipboard()->image().isNull(), kPatience);
    QCOMPARE(QGuiApplication::clipboard()->image().convertToFormat(QImage::Format_RGB888), testImage(96, 64));
  }

  void themeChangesTheWholeWindow() {
    Fixture fixture;
    fixture.open(fixture.photo("a.png"));
    fixture.session().settings().setTheme(ui::ThemeChoice::Light);
    QVERIFY(!fixture.session().theme().isDark());
    const int light = fixture.window()
                          .grab()
                          .toImage()
                          .pixelColor(fixture.window().width() - 40, fixture.window().height() / 2)
                          .lightness();
    fixture.session().settings().setTheme(ui::ThemeChoice::Dark);
    QVERIFY(fixture.session().theme().isDark());
    const int dark = fixture.window()
                         .grab()
                         .toImage()
                         .pixelColor(fixture.window().width() - 40, fixture.window().height() / 2)
                         .lightness();
    QVERIFY(light > 200);
    QVERIFY(dark < 80);
    fixture.session().settings().setTheme(ui::ThemeChoice::System);
  }

  void recentPhotosAreOffered() {
    Fixture fixture;
    const auto file = fixture.photo("a.png");
    fixture.open(file);
    QCOMPARE(fixture.session().settings().recentFiles(), QStringList{ui::fromPath(file)});
  }

  void escapeLeavesFullScreen() {
    Fixture fixture;
    fixture.trigger("view.fullScreen");
    QTRY_VERIFY(fixture.window().isFullScreen());
    QTest::keyClick(&fixture.window(), Qt::Key_Escape);
    QTRY_VERIFY(!fixture.window().isFullScreen());
  }
};

const Registered<WindowTest> kWindowTest("window");

}  // namespace heirloom::tests

#include "window_test.moc"
