#include "ui/document.h"

#include <QColorSpace>
#include <QSignalSpy>

#include "tests/ui/fixture.h"
#include "ui/background.h"
#include "ui/save.h"
#include "ui/text.h"

namespace heirloom::tests {

class DocumentTest : public QObject {
  Q_OBJECT

  ui::Workers workers_;

  static std::shared_ptr<const core::Raster> raster(int side) {
    return std::make_shared<core::Raster>(
        core::Layout{side, side, core::ColourModel::Rgb, false, core::SampleType::UInt16});
  }
  std::unique_ptr<ui::Document> document() {
    return std::make_unique<ui::Document>(workers_, QStringLiteral("picture"), ui::photoOf(testImage(8, 8)));
  }
  static ui::RestoredResult result(const std::string& model) {
    return {raster(8), core::Recipe{{core::Step{model, {}, 1}}}, QString::fromStdString(model), {{"noise_level", "7"}}};
  }

 private Q_SLOTS:
  void resultsAreUndoneInOrder() {
    const auto photo = document();
    photo->addResult(result("first"));
    photo->addResult(result("second"));
    QCOMPARE(photo->result()->modelTitle, QStringLiteral("second"));
    photo->undoStack().undo();
    QCOMPARE(photo->result()->modelTitle, QStringLiteral("first"));
    photo->undoStack().undo();
    QVERIFY(!photo->result());
  }

  void strengthOfOneGestureIsOneStep() {
    const auto photo = document();
    photo->addResult(result("first"));
    photo->setStrength(0.8, 1);
    photo->setStrength(0.5, 1);
    photo->setStrength(0.2, 2);
    QCOMPARE(photo->undoStack().count(), 3);
    photo->undoStack().undo();
    QCOMPARE(photo->strength(), 0.5);
    photo->undoStack().undo();
    QCOMPARE(photo->strength(), 1.0);
  }

  void onlyAnUnsavedResultCountsAsUnsaved() {
    const auto photo = document();
    photo->setStrength(0.5, 1);
    QVERIFY(!photo->hasUnsavedResult());
    photo->addResult(result("first"));
    QVERIFY(photo->hasUnsavedResult());
    photo->markSaved({});
    QVERIFY(!photo->hasUnsavedResult());
    photo->setStrength(0.4, 2);
    QVERIFY(photo->hasUnsavedResult());
    photo->undoStack().undo();
    QVERIFY(!photo->hasUnsavedResult());
  }

  void recipeHoldsStrengthAndWhatTheRunChose() {
    const auto photo = document();
    photo->addResult(result("first"));
    photo->setStrength(0.25, 1);
    const core::Recipe recipe = photo->recipe();
    QCOMPARE(recipe.steps.back().strength, 0.25);
    QVERIFY(recipe.steps.back().settings.at("noise_level") == "7");
  }

  void picturesOfTheClipboardKeepTheirSamples_data() {
    QTest::addColumn<QImage::Format>("format");
    QTest::addColumn<bool>("alpha");
    QTest::addColumn<int>("type");
    QTest::newRow("rgb") << QImage::Format_RGB32 << false << static_cast<int>(core::SampleType::UInt8);
    QTest::newRow("alpha") << QImage::Format_ARGB32 << true << static_cast<int>(core::SampleType::UInt8);
    QTest::newRow("16 bit") << QImage::Format_RGBX64 << false << static_cast<int>(core::SampleType::UInt16);
    QTest::newRow("16 bit alpha") << QImage::Format_RGBA64 << true << static_cast<int>(core::SampleType::UInt16);
  }
  void picturesOfTheClipboardKeepTheirSamples() {
    QFETCH(QImage::Format, format);
    QFETCH(bool, alpha);
    QFETCH(int, type);
    const QImage image = testImage(5, 3).convertToFormat(format);
    const auto photo = ui::photoOf(image);
    const core::Layout& layout = photo->raster->layout();
    QCOMPARE(layout.alpha, alpha);
    QCOMPARE(static_cast<int>(layout.type), type);
    const int red = type == static_cast<int>(core::SampleType::UInt8)
                        ? photo->raster->samples<std::uint8_t>(2)[static_cast<std::size_t>(4 * layout.bands())]
                        : photo->raster->samples<std::uint16_t>(2)[static_cast<std::size_t>(4 * layout.bands())] / 257;
    QCOMPARE(red, image.pixelColor(4, 2).red());
  }

  void colourSpaceOfTheClipboardIsKept() {
    QImage image = testImage(4, 4);
    image.setColorSpace(QColorSpace::AdobeRgb);
    QVERIFY(ui::photoOf(image)->iccProfile.size() > 128);
  }

  void backgroundWorkNeverReachesWhoIsGone() {
    bool reached = false;
    {
      QObject receiver;
      ui::inBackground(
          workers_.files, &receiver, [](std::stop_token) { return 1; }, [&](ui::Result<int>) { reached = true; })
          .wait();
    }
    QTest::qWait(50);
    QVERIFY(!reached);
  }

  void failuresInTheBackgroundArriveInWords() {
    QObject receiver;
    QString text;
    ui::inBackground(
        workers_.files, &receiver, [](std::stop_token) -> int { throw std::runtime_error("a pipe burst"); },
        [&](ui::Result<int> outcome) { text = ui::explained(std::get<Error>(outcome)); });
    QTRY_VERIFY(text.contains(QStringLiteral("a pipe burst")));
  }

  void errorsAreSentences() {
    const Error error({"t", "the file is %1", {"torn"}}, {"t", "take another", {}}, "/some/where/photo.jpg");
    QCOMPARE(ui::explained(error), QStringLiteral("photo.jpg: the file is torn. Take another."));
    QCOMPARE(ui::explained(Error({"t", "nothing works", {}})), QStringLiteral("Nothing works."));
  }

  void namesAreShortenedInTheMiddle() {
    QCOMPARE(ui::shortName(QStringLiteral("short.jpg"), 20), QStringLiteral("short.jpg"));
    const QString name = ui::shortName(QString(200, u'x') + QStringLiteral(".jpg"), 30);
    QCOMPARE(name.size(), 30);
    QVERIFY(name.endsWith(QStringLiteral(".jpg")));
  }

  void freeNamesAreCounted() {
    const TemporaryFolder folder;
    const auto file = folder / "a.png";
    QCOMPARE(ui::unusedName(file), file);
    testImage(2, 2).save(ui::fromPath(file));
    QCOMPARE(ui::unusedName(file), folder / "a-2.png");
  }
};

const Registered<DocumentTest> kDocumentTest("document");

}  // namespace heirloom::tests

#include "document_test.moc"
