#include "ui/viewer/viewer.h"

#include <QPainter>
#include <QSignalSpy>
#include <QWheelEvent>
#include <algorithm>

#include "core/engine/run.h"
#include "tests/ui/fixture.h"
#include "ui/document.h"
#include "ui/viewer/divider.h"

namespace heirloom::tests {

using ui::TilePyramid;
using ui::Viewer;
using ui::ViewTransform;

class ViewerTest : public QObject {
  Q_OBJECT

  ui::Workers workers_;

  std::unique_ptr<TilePyramid> pyramid(const QImage& image) {
    const auto photo = ui::photoOf(image);
    return std::make_unique<TilePyramid>(
        workers_.display, std::make_shared<const ui::DisplayPicture>(photo->raster, colours(photo->iccProfile)));
  }
  static std::shared_ptr<const ui::DisplayColours> colours(const std::vector<std::byte>& profile = {}) {
    return std::make_shared<const ui::DisplayColours>(core::ColourModel::Rgb, profile, std::vector<std::byte>{});
  }
  static QImage plain(QSize size, const QColor& colour) {
    QImage image(size, QImage::Format_RGB888);
    image.fill(colour);
    return image;
  }
  /// What the viewer shows when every tile is there.
  static QImage settled(Viewer& viewer, std::initializer_list<const TilePyramid*> layers) {
    viewer.grab();
    for (const TilePyramid* layer : layers) {
      if (!QTest::qWaitFor([layer] { return layer->isIdle(); }, kPatience)) return {};
    }
    QCoreApplication::processEvents();
    return viewer.grab().toImage();
  }

 private Q_SLOTS:
  void pointUnderTheCursorStaysWhenZooming_data() {
    QTest::addColumn<QPointF>("cursor");
    QTest::addColumn<double>("factor");
    QTest::newRow("centre in") << QPointF(400, 300) << 1.7;
    QTest::newRow("corner in") << QPointF(120, 90) << 3.0;
    QTest::newRow("right out") << QPointF(700, 310) << 0.8;
    QTest::newRow("far in") << QPointF(401, 299) << 9.0;
  }
  void pointUnderTheCursorStaysWhenZooming() {
    QFETCH(QPointF, cursor);
    QFETCH(double, factor);
    const ViewTransform start = ViewTransform::fitted({6000, 4500}, {800, 600}).zoomedTo(0.5, {400, 300});
    const QPointF before = start.toPicture(cursor);
    const ViewTransform zoomed = start.zoomedBy(factor, cursor);
    QVERIFY(qAbs(zoomed.zoom() - 0.5 * factor) < 1e-9);
    QVERIFY((zoomed.toViewport(before) - cursor).manhattanLength() < 0.01);
  }

  void fittedPictureStaysFittedWhenTheWindowGrows() {
    const ViewTransform fitted = ViewTransform::fitted({4000, 3000}, {800, 600});
    QCOMPARE(fitted.zoom(), 0.2);
    QCOMPARE(fitted.resized({1600, 1200}).zoom(), 0.4);
    const ViewTransform zoomed = fitted.zoomedTo(1, {400, 300}).resized({1600, 1200});
    QCOMPARE(zoomed.zoom(), 1.0);
    QVERIFY((zoomed.toPicture({800, 600}) - QPointF(2000, 1500)).manhattanLength() < 1);
  }

  void smallPictureIsNeverEnlargedByFitting() { QCOMPARE(ViewTransform::fitted({100, 50}, {800, 600}).zoom(), 1.0); }

  void panningNeverLosesThePicture() {
    const ViewTransform view = ViewTransform::fitted({4000, 3000}, {800, 600}).zoomedTo(1, {0, 0}).panned({1e6, -1e6});
    QVERIFY(view.pictureRect().intersects(QRectF(0, 0, 800, 600)));
    QCOMPARE(view.pictureRect().left(), 0.0);
    QCOMPARE(view.pictureRect().bottom(), 600.0);
  }

  void wheelZoomsAtTheCursor() {
    const auto before = pyramid(testImage(3000, 2000));
    Viewer viewer;
    viewer.resize(600, 400);
    viewer.setPictures(before.get(), nullptr, false);
    viewer.actualSize();
    const QPointF cursor(150, 300);
    const QPointF point = viewer.view().toPicture(cursor * viewer.devicePixelRatioF());
    QWheelEvent wheel(cursor, viewer.mapToGlobal(cursor), {}, {0, 240}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                      false);
    QCoreApplication::sendEvent(&viewer, &wheel);
    QVERIFY(viewer.view().zoom() > 1.5);
    QVERIFY((viewer.view().toPicture(cursor * viewer.devicePixelRatioF()) - point).manhattanLength() < 0.05);
  }

  void doubleClickTogglesFitAnd100Percent() {
    const auto before = pyramid(testImage(3000, 2000));
    Viewer viewer;
    viewer.resize(600, 400);
    viewer.setPictures(before.get(), nullptr, false);
    QVERIFY(viewer.view().isFitted());
    QTest::mouseDClick(&viewer, Qt::LeftButton, {}, {300, 200});
    QCOMPARE(viewer.view().zoom(), 1.0);
    QTest::mouseDClick(&viewer, Qt::LeftButton, {}, {300, 200});
    QVERIFY(viewer.view().isFitted());
  }

  void dragPans_data() {
    QTest::addColumn<Qt::MouseButton>("button");
    QTest::newRow("left") << Qt::LeftButton;
    QTest::newRow("middle") << Qt::MiddleButton;
  }
  void dragPans() {
    QFETCH(Qt::MouseButton, button);
    const auto before = pyramid(testImage(3000, 2000));
    Viewer viewer;
    viewer.resize(600, 400);
    viewer.setPictures(before.get(), nullptr, false);
    viewer.actualSize();
    const QPointF origin = viewer.view().pictureRect().topLeft();
    const auto send = [&](QEvent::Type type, QPointF at, Qt::MouseButton which, Qt::MouseButtons held) {
      QMouseEvent event(type, at, viewer.mapToGlobal(at), which, held, Qt::NoModifier);
      QCoreApplication::sendEvent(&viewer, &event);
    };
    send(QEvent::MouseButtonPress, {300, 200}, button, button);
    send(QEvent::MouseMove, {340, 170}, Qt::NoButton, button);
    send(QEvent::MouseButtonRelease, {340, 170}, button, Qt::NoButton);
    QCOMPARE(viewer.view().pictureRect().topLeft() - origin, QPointF(40, -30) * viewer.devicePixelRatioF());
    send(QEvent::MouseMove, {0, 0}, Qt::NoButton, Qt::NoButton);
    QCOMPARE(viewer.view().pictureRect().topLeft() - origin, QPointF(40, -30) * viewer.devicePixelRatioF());
  }

  void aPixelOfThePhotoIsOneOfTheScreenAt100Percent_data() {
    QTest::addColumn<QSize>("size");
    QTest::newRow("even") << QSize(1200, 900);
    // Centred, it lies between two pixels of the screen.
    QTest::newRow("odd") << QSize(1201, 901);
  }
  /// ctest runs it once more with QT_SCALE_FACTOR=2.
  void aPixelOfThePhotoIsOneOfTheScreenAt100Percent() {
    QFETCH(QSize, size);
    QImage board(size, QImage::Format_RGB888);
    for (int y = 0; y < size.height(); ++y) {
      uchar* line = board.scanLine(y);
      for (int x = 0; x < size.width(); ++x) std::fill_n(line + 3 * x, 3, static_cast<uchar>((x + y) % 2 * 255));
    }
    const auto before = pyramid(board);
    Viewer viewer;
    QCOMPARE(viewer.devicePixelRatioF(), qEnvironmentVariable("QT_SCALE_FACTOR", QStringLiteral("1")).toDouble());
    viewer.resize(240, 180);
    viewer.setPictures(before.get(), nullptr, false);
    viewer.actualSize();
    QCOMPARE(viewer.view().zoom(), 1.0);
    settled(viewer, {before.get()});
    // Until it paints at its best again: in haste it never smooths anything.
    QTest::qWait(400);
    const QImage shown = viewer.grab().toImage();
    QCOMPARE(shown.size(), viewer.size() * viewer.devicePixelRatioF());
    const QRgb shades[] = {qRgb(0, 0, 0), qRgb(255, 255, 255)};
    const int first = shown.pixel(0, 0) == shades[1] ? 1 : 0;
    for (int y = 0; y < shown.height(); ++y) {
      for (int x = 0; x < shown.width(); ++x) {
        if (shown.pixel(x, y) != shades[(first + x + y) % 2])
          QFAIL(qPrintable(QStringLiteral("%1,%2 is %3").arg(x).arg(y).arg(shown.pixelColor(x, y).name())));
      }
    }
  }

  void dividerPartsBeforeAndAfter() {
    const auto before = pyramid(plain({800, 600}, QColor(200, 40, 40)));
    const auto after = pyramid(plain({800, 600}, QColor(40, 40, 200)));
    Viewer viewer;
    viewer.resize(800, 600);
    viewer.setPictures(before.get(), after.get(), false);
    viewer.divider()->setFraction(0.25);
    QImage shown = settled(viewer, {before.get(), after.get()});
    QCOMPARE(shown.pixelColor(100, 300), QColor(200, 40, 40));
    QCOMPARE(shown.pixelColor(300, 300), QColor(40, 40, 200));
    viewer.setSwapped(true);
    shown = settled(viewer, {before.get(), after.get()});
    QCOMPARE(shown.pixelColor(100, 300), QColor(40, 40, 200));
    QCOMPARE(shown.pixelColor(300, 300), QColor(200, 40, 40));
    viewer.showOriginal(true);
    shown = settled(viewer, {before.get(), after.get()});
    QCOMPARE(shown.pixelColor(100, 300), QColor(200, 40, 40));
    QVERIFY(!viewer.divider()->isVisibleTo(&viewer));
  }

  void dividerMovesByKeyAndMouse() {
    const auto before = pyramid(plain({800, 600}, Qt::red));
    const auto after = pyramid(plain({800, 600}, Qt::blue));
    Viewer viewer;
    viewer.resize(800, 600);
    viewer.setPictures(before.get(), after.get(), false);
    viewer.show();
    QVERIFY(QTest::qWaitForWindowExposed(&viewer));
    const double start = viewer.divider()->fraction();
    QTest::keyClick(viewer.divider(), Qt::Key_Left);
    QVERIFY(viewer.divider()->fraction() < start);
    QTest::keyClick(viewer.divider(), Qt::Key_Home);
    QCOMPARE(viewer.divider()->fraction(), 0.0);
    const QPoint grip(viewer.divider()->width() / 2, 300);
    QTest::mousePress(viewer.divider(), Qt::LeftButton, {}, grip);
    QMouseEvent move(QEvent::MouseMove, viewer.divider()->mapFrom(&viewer, QPointF(600, 300)),
                     viewer.mapToGlobal(QPointF(600, 300)), Qt::NoButton, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(viewer.divider(), &move);
    QCOMPARE(viewer.divider()->fraction(), 0.75);
  }

  void strengthMixesAtOnce_data() {
    QTest::addColumn<double>("strength");
    QTest::addColumn<int>("red");
    QTest::newRow("none") << 0.0 << 200;
    QTest::newRow("half") << 0.5 << 120;
    QTest::newRow("full") << 1.0 << 40;
  }
  void strengthMixesAtOnce() {
    QFETCH(double, strength);
    QFETCH(int, red);
    const auto before = pyramid(plain({800, 600}, QColor(200, 40, 40)));
    const auto after = pyramid(plain({800, 600}, QColor(40, 40, 40)));
    Viewer viewer;
    viewer.resize(800, 600);
    viewer.setPictures(before.get(), after.get(), false);
    viewer.setComparison(Viewer::Comparison::ResultOnly);
    viewer.setStrength(0.9);
    settled(viewer, {before.get(), after.get()});
    viewer.setStrength(strength);
    // Without waiting for anything.
    QVERIFY(qAbs(viewer.grab().toImage().pixelColor(400, 300).red() - red) <= 1);
  }

  void blendedPictureIsTheOneThatWillBeSaved_data() {
    QTest::addColumn<int>("factor");
    QTest::addColumn<double>("zoom");
    QTest::newRow("same size") << 1 << 1.0;
    QTest::newRow("enlarged") << 2 << 1.0;
    QTest::newRow("half size") << 1 << 0.5;
  }
  /// A gradient of 16 bits: mixing what the screen has of both pictures rounds twice.
  void blendedPictureIsTheOneThatWillBeSaved() {
    QFETCH(int, factor);
    QFETCH(double, zoom);
    constexpr int kWidth = 700;
    constexpr int kHeight = 300;
    constexpr double kStrength = 0.35;
    const auto gradient = [](int width, int height, int first, int slope) {
      auto raster = std::make_shared<core::Raster>(
          core::Layout{width, height, core::ColourModel::Rgb, false, core::SampleType::UInt16});
      for (int y = 0; y < height; ++y) {
        auto row = raster->samples<std::uint16_t>(y);
        for (std::size_t i = 0; i < row.size(); ++i)
          row[i] = static_cast<std::uint16_t>(first + slope * static_cast<int>(i) / width + 11 * y);
      }
      return raster;
    };
    const auto source = gradient(kWidth, kHeight, 8000, 9000);
    const auto result = gradient(factor * kWidth, factor * kHeight, 21000, 3000);
    const auto screen = colours();
    TilePyramid before(workers_.display, std::make_shared<const ui::DisplayPicture>(source, screen));
    TilePyramid after(workers_.display, std::make_shared<const ui::DisplayPicture>(result, screen));
    TilePyramid blended(workers_.display,
                        std::make_shared<const ui::DisplayPicture>(ui::Blend{source, result, kStrength}, screen));
    Viewer viewer;
    viewer.resize((QSizeF(kWidth, kHeight) * factor * zoom).toSize());
    viewer.setPictures(&before, &after, false);
    viewer.setComparison(Viewer::Comparison::ResultOnly);
    QCOMPARE(viewer.view().zoom(), zoom);
    viewer.setStrength(kStrength);
    const QImage mixed = settled(viewer, {&before, &after});
    viewer.setBlended(&blended);
    const QImage shown = settled(viewer, {&before, &after, &blended});

    const int level = zoom < 1 ? 1 : 0;
    const QImage expected = ui::DisplayPicture(core::blend(*source, *result, kStrength), screen)
                                .render({0, 0, factor * kWidth, factor * kHeight}, level);
    const QPoint corner = viewer.view().pictureRect().topLeft().toPoint();
    int different = 0;
    for (int y = 0; y < expected.height(); ++y) {
      for (int x = 0; x < expected.width(); ++x) {
        const QRgb wanted = expected.pixel(x, y);
        QCOMPARE(shown.pixel(corner + QPoint(x, y)), wanted);
        different += mixed.pixel(corner + QPoint(x, y)) != wanted;
      }
    }
    // Or the test could not tell the two.
    QVERIFY(different > 1000);
  }

  void bothSidesGetTheirTilesAtHalfStrength() {
    const auto before = pyramid(testImage(3000, 2000));
    const auto after = pyramid(testImage(3000, 2000));
    Viewer viewer;
    viewer.resize(1000, 600);
    viewer.setPictures(before.get(), after.get(), false);
    viewer.actualSize();
    viewer.setStrength(0.5);
    settled(viewer, {before.get(), after.get()});
    const QPoint first = viewer.view().toPicture({0, 0}).toPoint() / TilePyramid::kTileSide;
    for (int x = first.x(); x < first.x() + 4; ++x) QVERIFY(!before->tile({0, x, first.y() + 1}).isNull());
  }

  void transparencyShowsSquares() {
    QImage image(64, 64, QImage::Format_RGBA8888);
    image.fill(Qt::transparent);
    const auto before = pyramid(image);
    QVERIFY(before->hasAlpha());
    Viewer viewer;
    viewer.resize(400, 300);
    viewer.setPictures(before.get(), nullptr, false);
    const QImage shown = settled(viewer, {before.get()});
    QSet<QRgb> colours;
    for (int x = 180; x < 220; ++x) colours << shown.pixel(x, 150);
    QCOMPARE(colours.size(), 2);
  }

  void halfTransparentPicturesMixWithoutDarkening() {
    QImage image(64, 64, QImage::Format_RGBA8888);
    image.fill(QColor(250, 100, 50, 128));
    const auto before = pyramid(image);
    const auto after = pyramid(image);
    Viewer viewer;
    viewer.resize(400, 300);
    viewer.setPictures(before.get(), after.get(), false);
    viewer.setComparison(Viewer::Comparison::ResultOnly);
    const QImage full = settled(viewer, {before.get(), after.get()});
    viewer.setStrength(0.5);
    const QImage half = settled(viewer, {before.get(), after.get()});
    QVERIFY(qAbs(full.pixelColor(200, 150).red() - half.pixelColor(200, 150).red()) <= 2);
  }

  void everyLevelShowsTheSameColour_data() {
    QTest::addColumn<double>("zoom");
    for (const double zoom : {0.06, 0.11, 0.3, 0.5, 0.77, 1.0, 1.5, 4.0}) QTest::addRow("%g", zoom) << zoom;
  }
  void everyLevelShowsTheSameColour() {
    QFETCH(double, zoom);
    const auto before = pyramid(plain({2600, 1900}, QColor(90, 140, 200)));
    Viewer viewer;
    viewer.resize(500, 400);
    viewer.setPictures(before.get(), nullptr, false);
    while (viewer.view().zoom() < zoom * 0.9) viewer.zoomIn();
    const QImage shown = settled(viewer, {before.get()});
    const QRect visible = viewer.view().pictureRect().toAlignedRect().adjusted(2, 2, -2, -2) & QRect(2, 2, 490, 390);
    for (int y = visible.top(); y < visible.bottom(); ++y) {
      for (int x = visible.left(); x < visible.right(); ++x) {
        // No seam between tiles, at any zoom.
        if (shown.pixelColor(x, y) != QColor(90, 140, 200))
          QFAIL(qPrintable(QStringLiteral("%1,%2 is %3").arg(x).arg(y).arg(shown.pixelColor(x, y).name())));
      }
    }
  }

  void outdatedTilesAreMadeAgain() {
    core::Layout layout{600, 600, core::ColourModel::Rgb, false, core::SampleType::UInt8};
    const auto raster = std::make_shared<core::Raster>(layout);
    TilePyramid layer(workers_.display, std::make_shared<const ui::DisplayPicture>(raster, colours()));
    const TilePyramid::Key key{0, 1, 1};
    layer.want({key});
    QTRY_VERIFY(!layer.tile(key).isNull());
    QCOMPARE(layer.tile(key).pixelColor(0, 0), QColor(0, 0, 0));
    std::ranges::fill(raster->row(256), std::byte{255});
    layer.invalidate({256, 256, 10, 1});
    layer.want({key});
    QTRY_COMPARE(layer.tile(key).pixelColor(0, 0), QColor(255, 255, 255));
  }
};

const Registered<ViewerTest> kViewerTest("viewer");

}  // namespace heirloom::tests

#include "viewer_test.moc"
